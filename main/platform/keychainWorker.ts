/**
 * The process that talks to the OS keychain, an entry of its own. It is apart because libsecret can crash its process, and because a prompt that
 * nobody answers blocks its threads for ever. It answers `{ id, op, args }` with `{ id, value }` or `{ id, error }`, and ends with its parent.
 */
import type keytar from 'keytar'

interface Question {
  id: number
  op: 'getPassword' | 'setPassword' | 'deletePassword'
  args: string[]
}

/** Electron's utility process has its own port (process.parentPort); Node's child process has its IPC channel. */
interface ParentPort {
  on(event: 'message', listener: (event: { data: unknown }) => void): void
  postMessage(message: unknown): void
}

const parentPort = (process as { parentPort?: ParentPort }).parentPort

function tell(message: object): void {
  if (parentPort) parentPort.postMessage(message)
  else process.send?.(message)
}

async function answer({ id, op, args }: Question): Promise<void> {
  try {
    // Loaded at the first question, so that a missing libsecret is an answer and not a crash.
    const module: typeof keytar & { default?: typeof keytar } = await import('keytar')
    const keychain = module.default ?? module
    const [service = '', account = '', secret = ''] = args
    if (op === 'getPassword') tell({ id, value: await keychain.getPassword(service, account) })
    else if (op === 'setPassword') tell({ id, value: await keychain.setPassword(service, account, secret) })
    else tell({ id, value: await keychain.deletePassword(service, account) })
  } catch (error) {
    tell({ id, error: error instanceof Error ? error.message : String(error) })
  }
}

if (parentPort) {
  parentPort.on('message', (event) => void answer(event.data as Question))
} else {
  process.on('message', (message) => void answer(message as Question))
  // process.exit() would wait for a call that hangs in libsecret; this does not.
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
}
