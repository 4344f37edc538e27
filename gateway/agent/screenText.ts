/**
 * What stands on the machine's sign-in screen. The code's own text is a line of it, so that a console that gets the prompt need not read the picture;
 * the number is never part of the code. Fits 80 columns and 24 lines, with the prompt.
 */
import type { CreatedChallenge } from '../contract/challenges.ts'
import { qrLines } from './qrText.ts'

/** The first line is empty: OpenSSH's client puts "(user@host) " before it. */
export function challengeLines({ text, shortCode, number, title }: CreatedChallenge, seconds: number): string[] {
  return [
    '',
    plain(title) === '' ? 'Gatehouse sign-in' : plain(title),
    ...qrLines(text),
    text,
    `Number: ${number}    Code: ${shortCode}    Waits ${seconds} seconds, and works once.`,
    'Approve it in the Gatehouse console. Press Enter now; it goes on by itself.',
  ]
}

/** One line of printable characters: what a policy says must not move the cursor. */
function plain(text: string): string {
  return text.replaceAll(/\p{C}/gu, ' ').trim().slice(0, 79)
}
