import { describe, expect, it } from 'vitest'
import { readingOf, toOpen } from '../../../renderer/challenges/arrivals.ts'
import { digitsOf, isHeldDown, isNumber, isTyped } from '../../../renderer/challenges/typedNumber.ts'
import { challenge } from '../preview/challengeScenes.ts'

const seen = (...challenges: Parameters<typeof readingOf>[0][]) => new Set(challenges.map(readingOf))

describe('the number of the machine’s screen', () => {
  it('is two digits and nothing else', () => {
    for (const typed of ['47', '00']) expect(isNumber(typed), typed).toBe(true)
    for (const typed of ['', '4', '470', '4 7', 'ab', '４７', '-1']) expect(isNumber(typed), typed).toBe(false)
    expect(digitsOf('4a7x9')).toBe('47')
  })

  it('is typed: what is pasted, dropped or filled in is not taken', () => {
    expect(isTyped('', '4', 'insertText')).toBe(true)
    expect(isTyped('4', '47', 'insertText')).toBe(true)
    expect(isTyped('47', '4', 'deleteContentBackward')).toBe(true)
    for (const how of ['insertFromPaste', 'insertFromDrop', 'insertReplacementText', 'insertFromYank', 'historyUndo'])
      expect(isTyped('', '4', how), how).toBe(false)
    expect(isTyped('', '47', 'insertText')).toBe(false)
    expect(isTyped('', '47', undefined)).toBe(false)
  })

  it('F-76: a key that is held down from somewhere else decides nothing', () => {
    expect(isHeldDown({ key: 'Enter', repeat: true })).toBe(true)
    expect(isHeldDown({ key: ' ', repeat: true })).toBe(true)
    expect(isHeldDown({ key: 'Enter', repeat: false })).toBe(false)
    expect(isHeldDown({ key: 'Tab', repeat: true })).toBe(false)
  })
})

describe('what opens by itself', () => {
  it('F-71: is the one code that was just read; of two none is chosen', () => {
    const [old, one, two] = [challenge(1), challenge(2), challenge(3)]
    expect(toOpen([one, old], seen(old))?.ref).toBe(one.ref)
    expect(toOpen([two, one, old], seen(old))).toBeUndefined()
    expect(toOpen([old], seen(old))).toBeUndefined()
  })

  it('is opened again when it is read again, but never because a terminal shows it', () => {
    const old = challenge(1)
    const again = { ...old, foundAt: '2030-01-01T00:00:00.000Z' }
    expect(toOpen([again], seen(old))?.ref).toBe(old.ref)
    expect(toOpen([{ ...again, foundIn: 'terminal' }], seen(old))).toBeUndefined()
    expect(toOpen([{ ...again, foundIn: 'prompt' }], seen(old))?.ref).toBe(old.ref)
  })
})
