/** The app without a window: every feature made once, in order. Composition only; behaviour is in the topic folders. */
import type { PipeFrame, Reply, Topic } from '../preload/contract.ts'

/** What a host (a window system, or the command line) does with the app. */
export interface App {
  /** The door. `name` and `input` are whatever came over the wire; the host has checked the sender. Never rejects. */
  call(name: unknown, input: unknown): Promise<Reply>
  /** The bell. */
  onChange(listener: (topic: Topic) => void): () => void
  /** The pipes: frames from the window, and frames for it. `send` resolves when the window's side has taken the frame over. */
  receiveFrame(frame: unknown): void
  connectWindow(send: (frame: PipeFrame) => Promise<void> | void): () => void
  /** A deep link or a second start's argument, hostile until parsed. */
  openLink(url: string): void
  /** Ends sessions, closes the embedded gateway, and answers when all is down. */
  close(): Promise<void>
}
