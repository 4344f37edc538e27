/** What both hosts do once a document of ours is there: the same three channels, whatever carries them. */
import { channels } from '../../preload/contract.ts'
import type { App } from '../app.ts'

/** Delivers one message to the window; resolves when the window has taken it. */
export type Push = (channel: string, message: unknown) => Promise<void> | void

/**
 * Connects bell and pipes to a document. Call the returned function when that document is gone (closed, reloaded, crashed): pipes belong
 * to a document, and what a dead one had not acknowledged must not hold back its successor.
 */
export function joinWindow(app: App, push: Push): () => void {
  const silence = app.onChange((topic) => void push(channels.bell, topic))
  const disconnect = app.connectWindow((frame) => push(channels.pipe, frame))
  return () => {
    silence()
    disconnect()
  }
}
