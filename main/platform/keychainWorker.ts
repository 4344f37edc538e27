/**
 * The process that talks to the OS keychain, an entry of its own. It is apart because libsecret can crash its process, and because a prompt that
 * nobody answers blocks its threads for ever. It answers each question (keychainMessages.ts) once, and ends with its parent.
 */
// eslint-disable-next-line no-restricted-imports -- types alone
import type { ParentPort } from 'electron'
import type keytar from 'keytar'
import { Question, type Answer } from './keychainMessages.ts'

// Electron's utility process has a port of its own instead of Node's IPC channel; elsewhere it is not there, whatever Electron's types say.
const parentPort: ParentPort | undefined = process.parentPort

function tell(answer: Answer): void {
  // eslint-disable-next-line unicorn/require-post-message-target-origin -- a process's port, not a window
  if (parentPort) parentPort.postMessage(answer)
  else process.send?.(answer)
}

async function ask(message: unknown): Promise<void> {
  const { id, op, service, account, secret } = Question.parse(message)
  try {
    // Loaded at the first question, so that a missing libsecret is an answer and not a crash.
    const module: typeof keytar & { default?: typeof keytar } = await import('keytar')
    const keychain = module.default ?? module
    if (op === 'getPassword') tell({ id, value: await keychain.getPassword(service, account) })
    else if (op === 'deletePassword') tell({ id, value: await keychain.deletePassword(service, account) })
    else {
      await keychain.setPassword(service, account, secret ?? '')
      tell({ id, value: true })
    }
  } catch (error) {
    tell({ id, error: error instanceof Error ? error.message : String(error) })
  }
}

if (parentPort) {
  parentPort.on('message', (event) => void ask(event.data))
} else {
  process.on('message', (message) => void ask(message))
  // process.exit() would wait for a call that hangs in libsecret; this does not.
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
}
