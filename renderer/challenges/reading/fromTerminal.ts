/** Joins the terminals of the sessions to the inbox: what is found in one is looked up, and main tells the technician. */
import type { Terminal } from '@xterm/xterm'
import { call } from '../../door.ts'
import { decoder } from './reader.ts'
import { watchTerminal } from './terminalWatch.ts'

/** Looks for codes in the session's terminal. Returns the function that stops looking. */
export function readTerminal(sessionId: string, terminal: Terminal): () => void {
  return watchTerminal(
    terminal,
    () => decoder,
    (texts) => void handOver(sessionId, texts),
  )
}

/** Quiet when it fails: nobody asked, and a code that stays on the screen can be read by hand. */
async function handOver(sessionId: string, texts: string[]): Promise<void> {
  try {
    const { sessions } = await call('sessions.list', {})
    const machineId = sessions.find((one) => one.sessionId === sessionId)?.machineId
    await call('challenges.read', { texts: texts.slice(0, 8), foundIn: 'terminal', ...(machineId === undefined ? {} : { machineId }) })
  } catch {
    // As said above.
  }
}
