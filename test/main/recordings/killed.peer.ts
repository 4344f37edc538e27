/** A console that records until it is killed: says each line to its parent when the terminal has it. */
import { setTimeout as delay } from 'node:timers/promises'
import { createRecordingThread } from '../../../main/platform/recordingThread.ts'
import { createRecordings } from '../../../main/recordings/recordings.ts'
import { fakeDesktop } from '../../fakes/fakeDesktop.ts'
import { fakeSecrets } from '../../fakes/fakeSecrets.ts'

const secrets = fakeSecrets()
const recordings = createRecordings({
  openFile: createRecordingThread(),
  folder: process.argv[2] ?? '',
  secrets,
  clock: { now: () => Date.now(), monotonicMs: () => performance.now() },
  desktop: fakeDesktop(),
  log: { warn: () => undefined },
  settings: () => ({ when: 'always', keepDays: 90, keepBytes: 2_000_000_000 }),
  record: () => undefined,
  changed: () => undefined,
})
const watch = recordings.watch({
  sessionId: 's1',
  machineId: 'desk:m1',
  machineName: 'web-1',
  user: 'alice',
  grantId: 'desk:g1',
  port: 22,
  cols: 80,
  rows: 24,
  redraw: () => undefined,
})
for (let count = 1; ; count += 1) {
  watch.output(Buffer.from(`line ${count}.\r\n`))
  process.send?.({ key: secrets.kept.get('recordings/key') ?? '', count })
  await delay(100)
}
