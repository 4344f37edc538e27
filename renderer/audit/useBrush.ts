import { type KeyboardEvent, type PointerEvent, useState } from 'react'
import { type Bin, binAt, toRange } from './bars.ts'

export interface Brush {
  /** The bin that is pointed at or stood on. */
  at: number | undefined
  /** First and last bin that are held, in order. */
  held: { first: number; last: number } | undefined
  /** For the element whose width is the timeline's. */
  handlers: {
    onPointerDown: (event: PointerEvent<HTMLElement>) => void
    onPointerMove: (event: PointerEvent<HTMLElement>) => void
    onPointerUp: (event: PointerEvent<HTMLElement>) => void
    onPointerLeave: () => void
    onPointerCancel: () => void
    onKeyDown: (event: KeyboardEvent<HTMLElement>) => void
    onFocus: () => void
    onBlur: () => void
  }
}

/**
 * Chooses a stretch of bins: by drawing over them, or by ←/→ with Shift held and then Enter. A click is the one bin.
 * Minus and Backspace zoom out, Escape lets go of what is held.
 */
export function useBrush(bins: readonly Bin[], onRange: (range: { fromMs: number; toMs: number }) => void, onZoomOut: () => void): Brush {
  const [cursor, setCursor] = useState<number>()
  const [anchor, setAnchor] = useState<number>()
  const [isDrawing, setDrawing] = useState(false)
  const last = bins.length - 1
  const at = cursor === undefined ? undefined : Math.min(cursor, last)

  const place = (event: PointerEvent<HTMLElement>): number => {
    const { left, width } = event.currentTarget.getBoundingClientRect()
    return binAt((event.clientX - left) / Math.max(1, width), bins.length)
  }
  const letGo = () => {
    setAnchor(undefined)
    setDrawing(false)
  }
  const take = (one: number, other: number) => {
    const range = toRange(bins, one, other)
    letGo()
    if (range) onRange(range)
  }
  const move = (to: number, isHolding: boolean) => {
    const next = Math.max(0, Math.min(last, to))
    if (!isHolding) setAnchor(undefined)
    else if (anchor === undefined) setAnchor(at ?? next)
    setCursor(next)
  }

  return {
    at,
    held: anchor === undefined || at === undefined ? undefined : { first: Math.min(anchor, at), last: Math.max(anchor, at) },
    handlers: {
      onPointerDown(event) {
        if (event.button !== 0 || bins.length === 0) return
        event.currentTarget.setPointerCapture(event.pointerId)
        setCursor(place(event))
        setAnchor(place(event))
        setDrawing(true)
      },
      onPointerMove: (event) => bins.length > 0 && setCursor(place(event)),
      onPointerUp(event) {
        if (isDrawing && anchor !== undefined) take(anchor, place(event))
      },
      onPointerLeave() {
        if (!isDrawing && anchor === undefined) setCursor(undefined)
      },
      onPointerCancel: letGo,
      onKeyDown(event) {
        if (event.altKey || event.ctrlKey || event.metaKey) return
        const from = at ?? last
        const far = Math.max(1, Math.round(bins.length / 10))
        const keys: Record<string, () => void> = {
          ArrowLeft: () => move(from - 1, event.shiftKey),
          ArrowRight: () => move(from + 1, event.shiftKey),
          PageUp: () => move(from - far, event.shiftKey),
          PageDown: () => move(from + far, event.shiftKey),
          Home: () => move(0, event.shiftKey),
          End: () => move(last, event.shiftKey),
          Enter: () => take(anchor ?? from, from),
          Escape: letGo,
          Backspace: onZoomOut,
          '-': onZoomOut,
        }
        const deed = keys[event.key]
        if (!deed || bins.length === 0) return
        event.preventDefault()
        deed()
      },
      // By mouse the pointer has set it already.
      onFocus: () => setCursor((now) => now ?? Math.max(0, last)),
      onBlur() {
        letGo()
        setCursor(undefined)
      },
    },
  }
}
