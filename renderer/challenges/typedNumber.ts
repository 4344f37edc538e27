/** The two digits that are read off the machine's screen. They are typed, by hand: nothing fills them in. Pure. */

/** What stands in the field after `text` was typed: digits alone, two at most. */
export const digitsOf = (text: string): string => text.replaceAll(/\D/g, '').slice(0, 2)

export const isNumber = (typed: string): boolean => /^\d{2}$/.test(typed)

/**
 * Whether a change of the field was typing: one character at a time, or taking some away. Pasting, dropping and filling in bring more at once. What an
 * attacker wrote beside a code must not get in with two keys.
 */
export function isTyped(before: string, after: string, inputType: string | undefined): boolean {
  if (inputType !== undefined && inputType !== 'insertText' && !inputType.startsWith('delete')) return false
  return after.length <= before.length + 1
}

/** Whether a key on a deciding button counts: Enter and Space do, but not held down from wherever they were pressed first. */
export const isHeldDown = (event: { key: string; repeat: boolean }): boolean => event.repeat && (event.key === 'Enter' || event.key === ' ')
