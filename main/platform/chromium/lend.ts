/**
 * Lends the end-to-end tests a second DevTools client on the pipe that the host owns, over the IPC channel of the process that forked
 * this one. There is no port; without a parent that asked for it there is nothing (main/chromium.ts).
 */
import { z } from 'zod'
import type { Devtools } from './devtools.ts'

const AttachedToTarget = z.object({ sessionId: z.string() })

/** As Playwright numbers and addresses its own messages. */
export interface LentMessage {
  id?: number | undefined
  sessionId?: string | undefined
  method?: string
  params?: unknown
  result?: unknown
  error?: unknown
}

/** Returns how to pass a message of the borrower on. `deliver` gets what Chromium says to it. */
export async function lendDevtools(devtools: Devtools, deliver: (message: LentMessage) => void): Promise<(message: LentMessage) => void> {
  const { sessionId: root } = await devtools.send('Target.attachToBrowserTarget')
  const sessions = new Set([root])
  const asked = new Map<number, LentMessage>()

  devtools.tap((message) => {
    if (message.id !== undefined) {
      const question = asked.get(message.id)
      if (!question) return false
      asked.delete(message.id)
      deliver({ id: question.id, sessionId: question.sessionId, result: message.result, error: message.error })
      return true
    }
    if (message.sessionId === undefined || !sessions.has(message.sessionId)) return false
    if (message.method === 'Target.attachedToTarget') sessions.add(AttachedToTarget.parse(message.params).sessionId)
    // Its browser session is what the borrower takes for the connection itself.
    const { sessionId, ...rest } = message
    deliver(sessionId === root ? rest : { ...rest, sessionId })
    return true
  })

  return (message) => {
    const id = devtools.sendRaw({ method: message.method ?? '', params: message.params, sessionId: message.sessionId ?? root })
    asked.set(id, message)
  }
}
