/**
 * Deep links: `gatehouse://machine/<id>` and nothing else. A link only ever shows a machine; it starts nothing, asks for nothing and sends
 * nothing anywhere. Whatever follows our scheme comes from web pages and mails, and is hostile until it is exactly this form.
 */
import { MachineId } from '../preload/contract/machines.ts'
import type { Clock } from './ports.ts'

/** Longer links are no links of ours (F-4). */
const maxBytes = 2048
/** One link a second gets to the window; a page that opens a thousand is counted (F-7). */
const everyMs = 1000
/** A link that nobody took, because nobody was there or signed in, is forgotten (F-9). */
const parkedMs = 5 * 60_000

/** Not decoded, not normalised: one canonical form, or refused (F-1, F-2, F-3, F-5). Only the scheme's case is free, as RFC 3986 has it. */
export function parseLink(url: string): { machineId: string } | undefined {
  if (url.length > maxBytes) return undefined
  const [, id] = /^gatehouse:\/\/machine\/([\x21-\x7e]+)$/.exec(url.replace(/^gatehouse:/i, 'gatehouse:')) ?? []
  if (id === undefined || id.includes('..')) return undefined
  const machineId = MachineId.safeParse(id)
  return machineId.success ? { machineId: machineId.data } : undefined
}

export interface Links {
  /** Takes a link in; tells `changed` when there is something to take out. */
  open: (url: string) => void
  /** The last link, once, and how many were refused or too many since the last time. */
  take: () => { link?: { machineId: string }; dropped: number }
}

/** `refused` is told what was refused, made safe to show, at most once a second. */
export function createLinks(clock: Clock, changed: () => void, refused: (shown: string) => void): Links {
  let parked: { machineId: string; at: number } | undefined
  let dropped = 0
  let lastAt = Number.NEGATIVE_INFINITY

  return {
    open(url) {
      const now = clock.monotonicMs()
      if (now - lastAt < everyMs) {
        dropped++
        return
      }
      lastAt = now
      const link = parseLink(url)
      if (!link) {
        dropped++
        refused(escaped(url))
        changed()
        return
      }
      parked = { ...link, at: now }
      changed()
    },
    take() {
      const link = parked && clock.monotonicMs() - parked.at <= parkedMs ? { machineId: parked.machineId } : undefined
      const answer = { dropped, ...(link && { link }) }
      parked = undefined
      dropped = 0
      return answer
    },
  }
}

/** What is not plain ASCII as code points, so that a reader sees what is there and not what it looks like (F-5). */
function escaped(url: string): string {
  const short = url.slice(0, 200)
  const plain = short.replace(/[^\x21-\x7e]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
  return url.length > 200 ? `${plain}…` : plain
}
