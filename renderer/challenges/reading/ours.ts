/**
 * Which texts may go on to main, which parses them and asks a gateway that it knows. Everything else that a picture, the clipboard or a person brings
 * is left where it is: never opened, never shown as a link (F-70).
 */

/** The beginning of every code of ours, as gateway/contract/challengeCode.ts has it. */
export const codePrefix = 'GATEHOUSE1:'
/** A code is 72 characters; room for spaces and dashes of who typed or pasted it. */
const longest = 400
const shortCode = /^[A-Z2-7]{16}$/

/** Whether a text that a machine drew is to be handed over: exactly what our codes look like, as pictures are not typed by hand. */
export const looksLikeCode = (text: string): boolean => /^GATEHOUSE1:[A-Z2-7]{8,200}$/.test(text)

/** What a person typed or pasted, in the form in which it is handed over: a code, a short code (id alone, in any grouping), or undefined. */
export function typedCode(text: string): string | undefined {
  if (text.length > longest) return undefined
  const plain = text.replaceAll(/[\s\p{Dash}]/gu, '').toUpperCase()
  return shortCode.test(plain) || looksLikeCode(plain) ? plain : undefined
}

/** Codes inside a longer text (a chat message, a copied screen), each once, in their order. */
export function codesWithin(text: string): string[] {
  const found =
    text
      .slice(0, 100_000)
      .toUpperCase()
      .match(/GATEHOUSE1:[A-Z2-7]{61}(?![A-Z2-7])/g) ?? []
  return [...new Set(found)]
}
