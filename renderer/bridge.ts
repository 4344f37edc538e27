/** The one place where the window touches the border; everything else uses door.ts and pipes. */
import type { Bridge } from '../preload/contract.ts'

declare global {
  interface Window {
    readonly gatehouse: Bridge
  }
}

export const bridge: Bridge = window.gatehouse
