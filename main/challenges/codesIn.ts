/** Codes that are written out in a text, beside the picture or instead of it. */
const mostCodes = 8
const longestText = 20_000
// As gateway/contract/challengeCode.ts writes them. Whether it is a code is decided by whoever parses it.
const written = /GATEHOUSE1:[A-Z2-7]{20,200}/g

/** In the order in which they come, each once. */
export function codesIn(text: string): string[] {
  return [...new Set(text.slice(0, longestText).match(written) ?? [])].slice(0, mostCodes)
}
