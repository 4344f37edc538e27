/** The terminals of the open sessions: apart from what makes them, so that a start of the window loads none of it. */
import type { SessionTerminal } from './terminals.ts'

interface OpenTerminal extends SessionTerminal {
  close(): void
}

export const openTerminals = new Map<string, OpenTerminal>()

/** Lets go of the terminals whose sessions are off the list. */
export function keepTerminals(sessionIds: ReadonlySet<string>): void {
  for (const [sessionId, terminal] of openTerminals) {
    if (sessionIds.has(sessionId)) continue
    terminal.close()
    openTerminals.delete(sessionId)
  }
}
