/** What a sign-in asks the technician, in words of its own: the attempt's prompts behind it. A refusal of what is needed is a cancel. */
import { basename } from 'node:path'
import { CallError } from '../../callError.ts'
import type { AttemptRun } from '../attempt.ts'
import { foreignLines, foreignText } from '../foreignText.ts'
import { parseUser } from '../user.ts'
import type { HostKey } from './hostKey.ts'

/** An answer that may be remembered. */
export interface Typed {
  text: string
  remember: boolean
}

export interface Asks {
  /** Whether the technician accepts this host key. */
  hostKey(key: HostKey): Promise<boolean>
  certificate(certificate: { fingerprint: string; subject: string; validUntil: string }): Promise<boolean>
  /** A checked user name. */
  user(suggestion: string): Promise<string>
  password(user: string, again: boolean, canRemember: boolean): Promise<Typed>
  /** undefined: go on without this key. */
  passphrase(file: string, again: boolean, canRemember: boolean): Promise<Typed | undefined>
  questions(title: string, instructions: string, questions: readonly { prompt: string; echo?: boolean }[]): Promise<string[]>
}

const longestQuestion = 300

export function createAsks(attempt: Pick<AttemptRun, 'ask'>): Asks {
  return {
    async hostKey({ algorithm, fingerprint, randomart }) {
      const shown = foreignText(algorithm, 60)
      return (await attempt.ask({ kind: 'hostKey', algorithm: shown, fingerprint, randomart })).kind === 'accept'
    },
    async certificate({ fingerprint, subject, validUntil }) {
      return (await attempt.ask({ kind: 'certificate', fingerprint, subject: foreignText(subject, 200), validUntil })).kind === 'accept'
    },
    async user(suggestion) {
      const answer = await attempt.ask({ kind: 'user', suggestion: foreignText(suggestion, 256) })
      if (answer.kind !== 'text') throw new CallError({ tag: 'cancelled' })
      return parseUser(answer.text)
    },
    async password(user, again, canRemember) {
      const answer = await attempt.ask({ kind: 'password', user, again, canRemember })
      if (answer.kind !== 'text') throw new CallError({ tag: 'cancelled' })
      return { text: answer.text, remember: answer.remember && canRemember }
    },
    async passphrase(file, again, canRemember) {
      const answer = await attempt.ask({ kind: 'passphrase', key: foreignText(basename(file), 100), again, canRemember })
      return answer.kind === 'text' ? { text: answer.text, remember: answer.remember && canRemember } : undefined
    },
    async questions(title, instructions, questions) {
      const answer = await attempt.ask({
        kind: 'questions',
        title: foreignText(title, longestQuestion),
        instructions: foreignLines(instructions, 20, longestQuestion),
        questions: questions.map(({ prompt, echo }) => ({ text: foreignText(prompt, longestQuestion), echo: echo === true })),
      })
      if (answer.kind !== 'texts') throw new CallError({ tag: 'cancelled' })
      return answer.texts
    },
  }
}
