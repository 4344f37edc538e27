/** What the keys do in the list: on it, and on one of its rows. */
import type { KeyboardEvent } from 'react'

export interface KeyDeeds {
  active: number
  last: number
  /** Rows on one screen. */
  page: number
  move: (to: number) => void
  /** From the first row upwards. */
  leaveUp: () => void
  choosing: { begin: (index: number) => void; one: (index: number) => void; upTo: (index: number) => void; all: (on: boolean) => void }
  /** Absent when there are more than a bulk action may take. */
  mayChooseAll: boolean
  connect: () => void
  expand: () => void
  collapse: () => void
  favour: () => void
  details: () => void
}

export function doKey(event: KeyboardEvent, deeds: KeyDeeds): void {
  const deed = deedOf(event, deeds)
  if (!deed) return
  event.preventDefault()
  deed()
}

function deedOf(event: KeyboardEvent, deeds: KeyDeeds): (() => void) | undefined {
  const { active, last, page, choosing } = deeds
  if (event.altKey) return undefined
  if (event.ctrlKey || event.metaKey) return event.key === 'a' && deeds.mayChooseAll ? () => choosing.all(true) : undefined
  /** With Shift the rows on the way are chosen. */
  const step = (wanted: number) => () => {
    const to = Math.max(0, Math.min(wanted, last))
    deeds.move(to)
    if (event.shiftKey) choosing.upTo(to)
    else choosing.begin(to)
  }
  switch (event.key) {
    case 'ArrowDown':
      return step(active + 1)
    case 'ArrowUp':
      return active === 0 && !event.shiftKey ? deeds.leaveUp : step(active - 1)
    case 'PageDown':
      return step(active + page)
    case 'PageUp':
      return step(active - page)
    case 'Home':
      return step(0)
    case 'End':
      return step(last)
    default:
      return event.target instanceof HTMLElement && event.target.matches('.machineRow') ? rowDeedOf(event, deeds) : undefined
  }
}

/** Buttons in a row keep their own keys. */
function rowDeedOf(event: KeyboardEvent, { active, choosing, ...deeds }: KeyDeeds): (() => void) | undefined {
  switch (event.key) {
    case 'Enter':
      return deeds.connect
    case 'ArrowRight':
      return deeds.expand
    case 'ArrowLeft':
      return deeds.collapse
    case ' ':
      return () => (event.shiftKey ? choosing.upTo(active) : choosing.one(active))
    case 'f':
      return deeds.favour
    case 'i':
      return deeds.details
    default:
      return undefined
  }
}
