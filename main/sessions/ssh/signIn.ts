/**
 * How we sign in (RFC 4252, RFC 4256): keys first, then what the machine still offers, one question at a time, and no more than three
 * passwords. It outlives a connection: a machine that hung up while the technician was typing is called again with what was typed.
 */
import type { AnyAuthMethod, AuthenticationType, Prompt as Question } from 'ssh2'
import type { Failure } from '../../../preload/contract.ts'
import { CallError } from '../../callError.ts'
import type { SavedSecret } from '../savedSecrets.ts'
import type { Asks, Typed } from './asks.ts'
import type { KeyRing } from './keyRing.ts'

const mostPasswords = 3

export interface SignIn {
  /** A new connection begins. `failed` takes what goes wrong while the machine's questions are answered. */
  begin(failed: (error: unknown) => void): void
  /** The next method, or undefined when there is nothing left to try. `left` is what the machine still offers; null at first. */
  next(left: readonly AuthenticationType[] | null, isPartial: boolean | null): Promise<AnyAuthMethod | undefined>
  /** The machine hung up, as it does after so many tries: true when another connection has something left to try. */
  mayCallAgain(): boolean
  /** The machine shows a sign-in challenge, and waits for somebody's approval: nobody is impatient. */
  isWaiting(): boolean
  /** Why a challenge was not approved; undefined when there was none. */
  refusedChallenge(): Promise<Failure | undefined>
  succeeded(): Promise<void>
  user(): string | undefined
  /** What was tried, for the technician. */
  tried(): string[]
}

interface SignInInput {
  user: string | undefined
  suggestion: string
  keys: Promise<KeyRing>
  asks: Pick<Asks, 'user' | 'password' | 'questions'>
  saved: (user: string) => SavedSecret
  /** Looks for a sign-in challenge in a prompt (APR-3), and reads it. */
  challengeIn?: (prompt: string) => Promise<{ refusal(): Promise<Failure> } | undefined>
}

export function createSignIn({ user: known, suggestion, keys, asks, saved, challengeIn }: SignInInput): SignIn {
  let user = known
  let secret: SavedSecret | undefined
  let held: (Typed & { isSaved: boolean }) | undefined
  let refusals = 0
  let keysAreDone = false
  let questionsAreDone = false
  /** Questions that a person or the keychain answered in this try: a try without any would only fail again. */
  let answered = 0
  let last: AnyAuthMethod['type'] | undefined
  let challenge: { refusal(): Promise<Failure> } | undefined
  let fail: ((error: unknown) => void) | undefined
  const tried = new Set<string>()

  function use(method: AnyAuthMethod): AnyAuthMethod {
    last = method.type
    return method
  }

  function noteRefusal(): void {
    if (last === 'agent') keysAreDone = true
    if (last === 'keyboard-interactive' && answered === 0) questionsAreDone = true
    if (held?.isSaved) secret?.refused()
    else if (last === 'password' || (last === 'keyboard-interactive' && answered > 0)) refusals += 1
    if (last === 'password' || last === 'keyboard-interactive') held = undefined
  }

  async function password(forUser: string): Promise<string> {
    if (held) return held.text
    secret ??= saved(forUser)
    const kept = await secret.read()
    if (kept !== undefined) {
      held = { text: kept, remember: false, isSaved: true }
      return kept
    }
    const again = tried.has('password')
    held = { ...(await asks.password(forUser, again, secret.canRemember())), isSaved: false }
    return held.text
  }

  async function answers(forUser: string, round: number, title: string, text: string, questions: readonly Question[]): Promise<string[]> {
    if (challenge && questions.length === 0) return []
    const said = [title, text, ...questions.map(({ prompt }) => prompt)].join('\n')
    const shown = questions.length > 1 ? undefined : await challengeIn?.(said)
    if (shown) {
      challenge = shown
      // Answered at once with nothing: it is not us whom the machine waits for, but whoever approves.
      return questions.map(() => '')
    }
    answered += questions.length
    if (round === 0 && isPasswordQuestion(questions)) {
      const typed = await password(forUser)
      tried.add('password')
      return [typed]
    }
    return asks.questions(title, text, questions)
  }

  return {
    begin(failed) {
      fail = failed
      last = undefined
    },
    async next(left, isPartial) {
      user ??= await asks.user(suggestion)
      const username = user
      if (challenge && left && !isPartial) throw new CallError(await challenge.refusal())
      challenge = undefined
      if (left && !isPartial) noteRefusal()
      const offers = (method: AuthenticationType) => left === null || left.includes(method)
      const ring = await keys
      if (ring.keys.length > 0 && !keysAreDone && offers('publickey')) {
        for (const key of ring.keys) tried.add(key.source)
        return use({ type: 'agent', username, agent: ring })
      }
      // Asks the machine what it offers, before a person is asked for something that it would not take.
      if (left === null) return use({ type: 'none', username })
      if (refusals < mostPasswords && offers('keyboard-interactive') && !questionsAreDone) {
        tried.add('keyboard-interactive')
        answered = 0
        let round = 0
        return use({
          type: 'keyboard-interactive',
          username,
          prompt(title, text, _language, questions, finish) {
            answers(username, round, title, text, questions).then(finish, (error: unknown) => fail?.(error))
            round += 1
          },
        })
      }
      if (refusals < mostPasswords && offers('password')) {
        const typed = await password(username)
        tried.add('password')
        return use({ type: 'password', username, password: typed })
      }
      return undefined
    },
    mayCallAgain() {
      // Counts as a refusal of what was tried last, so this ends.
      const before = keysAreDone
      noteRefusal()
      const triedKeys = keysAreDone && !before
      const triedPassword = (last === 'password' || last === 'keyboard-interactive') && refusals < mostPasswords && !questionsAreDone
      // What failed beside the keys has used up the machine's patience too.
      keysAreDone = true
      return triedKeys || triedPassword
    },
    isWaiting: () => challenge !== undefined,
    refusedChallenge: async () => challenge?.refusal(),
    async succeeded() {
      if (held && !held.isSaved) await secret?.accepted(held.text, held.remember)
      held = undefined
    },
    user: () => user,
    tried: () => [...tried],
  }
}

/** One hidden question that asks for a password, in the words that PAM uses in our languages. */
function isPasswordQuestion(questions: readonly Question[]): boolean {
  const only = questions.length === 1 ? questions[0] : undefined
  return (
    only !== undefined &&
    only.echo !== true &&
    /pass\s?(?:word|wort)|kenn?wort|mot de passe|contraseña|parola|wachtwoord|パスワード/i.test(only.prompt)
  )
}
