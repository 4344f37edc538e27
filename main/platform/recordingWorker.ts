/** The thread that writes recordings, an entry of its own (recordingThread.ts starts it and says what to do). */
import { parentPort } from 'node:worker_threads'
import { CallError } from '../callError.ts'
import { openCastFile } from '../recordings/castFile.ts'
import type { RecordingFile } from '../recordings/recordingFile.ts'
import type { FromRecording, ToRecording } from './recordingThread.ts'

interface Open {
  file: RecordingFile
  key: PromiseWithResolvers<Buffer>
}
const files = new Map<number, Open>()

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, not a window
const tell = (message: FromRecording): void => parentPort?.postMessage(message)

function open({ id, file: asked }: Extract<ToRecording, { kind: 'open' }>): void {
  const key = Promise.withResolvers<Buffer>()
  const file = openCastFile(asked, key.promise, () => tell({ kind: 'begun', id }))
  files.set(id, { file, key })
  void follow()

  async function follow(): Promise<void> {
    const written = await file.written
    files.delete(id)
    tell({ kind: 'written', id, written })
  }
}

parentPort?.on('message', (message: ToRecording) => {
  if (message.kind === 'open') {
    open(message)
    return
  }
  const { id } = message
  const { file, key } = files.get(id) ?? {}
  switch (message.kind) {
    case 'key':
      key?.resolve(Buffer.from(message.key))
      return
    case 'noKey':
      key?.reject(message.isKeychain ? new CallError({ tag: 'keychain', state: 'missing' }) : new Error('no key'))
      return
    case 'output':
      file?.output(message.atMs, message.bytes)
      tell({ kind: 'taken', id, count: message.bytes.length })
      return
    case 'note':
      file?.note(message.atMs, message.mark, message.data)
      return
    case 'end':
      file?.end(message.end, message.lasted)
  }
})
