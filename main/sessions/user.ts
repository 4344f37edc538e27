/** User names, before anything is done with them: they become arguments, lines on stdin and parts of file formats (F-13). */
import { CallError } from '../callError.ts'

const longest = 256
// What OpenSSH refuses in a user name since 9.6 (CVE-2023-51385), but for the apostrophe, which real names have.
const metacharacters = /[`";&<>|(){}$]/
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u

/** What is wrong with a user name, as a key of words, or undefined. */
export function userProblem(user: string): string | undefined {
  if (user.length === 0) return 'user.empty'
  if (user.length > longest) return 'user.tooLong'
  if (invisible.test(user)) return 'user.control'
  if (user.startsWith('-') || /\s-/.test(user)) return 'user.dash'
  if (user.endsWith('\\')) return 'user.backslash'
  if (metacharacters.test(user)) return 'user.metacharacter'
  return undefined
}

/**
 * The user name as it may be used, without blanks around it: no leading "-" nor one after a blank, no control or invisible
 * characters, no "\" at the end, none of ``` `";&<>|(){}$ ```, 1 to 256 characters. Throws CallError invalidInput.
 */
export function parseUser(text: string): string {
  // Only blanks are trimmed: a line break at the end is an attempt at something, not a slip.
  const user = text.replaceAll(/^ +| +$/g, '')
  const problem = userProblem(user)
  if (problem) throw new CallError({ tag: 'invalidInput', field: 'user', problem })
  return user
}
