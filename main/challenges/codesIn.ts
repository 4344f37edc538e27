/** Codes that are written out in a text, beside the picture or instead of it. */
const mostCodes = 8
const longestText = 20_000
// As gateway/contract/challengeCode.ts writes them. Whether it is a code is decided by whoever parses it.
const written = /GATEHOUSE1:[A-Z2-7]{20,200}/g

/** In the order in which they come, each once. */
export function codesIn(text: string): string[] {
  return [...new Set(text.slice(0, longestText).match(written) ?? [])].slice(0, mostCodes)
}

const mostLines = 8
const longestLine = 200
// A picture of half blocks, or a code.
const picture = /[\u2580-\u259f]|GATEHOUSE1:/

/** What a prompt says beside the picture and the code, in lines that are safe to show. `clean`: foreign text as one line. */
export function wordsIn(text: string, clean: (text: string, maxLength: number) => string): string {
  return text
    .slice(0, longestText)
    .split(/\r\n|\r|\n/)
    .filter((line) => !picture.test(line))
    .map((line) => clean(line, longestLine))
    .filter((line) => line !== '')
    .slice(0, mostLines)
    .join('\n')
}
