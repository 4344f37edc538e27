/** The window's one reading, on the window's own parts; started by the bar, a shortcut or the palette. */
import { call, failureOf } from '../../door.ts'
import { createDecoder } from './decoder.ts'
import { createReading } from './reading.ts'
import { readScreen } from './screenCapture.ts'

export const decoder = createDecoder()

export const reading = createReading({
  decoder,
  handOver: async (texts, foundIn) => (await call('challenges.read', { texts, foundIn })).results,
  failureOf,
  readScreen: (signal, onStart) => readScreen(decoder, signal, onStart),
  toBitmap: (picture, area) => (area ? createImageBitmap(picture, area.x, area.y, area.width, area.height) : createImageBitmap(picture)),
  nowMs: () => performance.now(),
})
