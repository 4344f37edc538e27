import { describe, expect, it } from 'vitest'
import { isolate, tip } from '../../../renderer/parts/foreign.tsx'

describe('foreign text in our sentences', () => {
  it('F-31: neither length nor direction of a name reaches what stands around it', () => {
    const name = `a\u202Eb\u2069c\u0000\n${'W'.repeat(10_000)}`
    const shown = isolate(name)
    expect(shown.length).toBeLessThan(210)
    expect(shown.startsWith('\u2068abcW')).toBe(true)
    expect(shown.endsWith('…\u2069')).toBe(true)
    expect(shown.slice(1, -1)).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u)
  })

  it('a tooltip holds what tells names apart and no more', () => {
    expect(tip('x'.repeat(10_000)).length).toBeLessThan(410)
    expect(tip('web-1')).toBe('web-1')
  })
})
