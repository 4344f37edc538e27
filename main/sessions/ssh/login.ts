/** Signs in on a machine, calling again where the machine hung up before the technician had finished typing. */
import type { Client } from 'ssh2'
import { CallError } from '../../callError.ts'
import type { OpenConnect, Surroundings } from '../connecting.ts'
import { passwordName } from '../needs.ts'
import { createSavedSecret } from '../savedSecrets.ts'
import { userProblem } from '../user.ts'
import { createAsks, type Asks } from './asks.ts'
import { handshake, HungUp } from './handshake.ts'
import { hostKeyCheck } from './identity.ts'
import { keysToTry } from './keyFiles.ts'
import { reach, unreachable } from './reach.ts'
import { createSignIn, type SignIn } from './signIn.ts'

/** The user that is signed in without asking: what was chosen or the inventory says, if it can be used at all and nobody else is wanted. */
export function knownUser({ machine, attempt }: Pick<OpenConnect, 'machine' | 'attempt'>): string | undefined {
  if (attempt.input.asOther) return undefined
  return machine.user !== undefined && userProblem(machine.user) === undefined ? machine.user : undefined
}

/** What is offered where the user name is asked for. */
export function suggestedUser({ machine, attempt }: Pick<OpenConnect, 'machine' | 'attempt'>): string {
  return attempt.input.asOther ? '' : (machine.user ?? '')
}

/** The next click signs the same user in, unless this one was somebody else for once. */
export async function rememberUser(around: Surroundings, { machine, attempt }: OpenConnect, user: string): Promise<void> {
  if (user !== machine.user && !attempt.input.asOther) await around.machines.choose(machine.machineId, { user })
}

/** Prepares a sign-in: the keys are read while the port is still being opened. */
export function prepareSignIn(around: Surroundings, connect: Pick<OpenConnect, 'attempt' | 'machine'>): SignIn {
  const { secrets, home, environment, info } = around.ports
  const asks = createAsks(connect.attempt)
  return createSignIn({
    user: knownUser(connect),
    suggestion: '',
    keys: keysToTry({ settings: around.settings().ssh, home, environment, platform: info.platform, secrets }, asks),
    asks,
    challengeIn: (prompt) => around.challenges.shownBy(connect.machine.machineId, prompt),
    saved: (user) => createSavedSecret(secrets, passwordName(connect.machine.machineId, user)),
  })
}

/**
 * A signed-in connection; without `signIn` one whose identity is accepted and nothing more. Steps: reach, identity, signIn. Throws
 * CallError: unreachable, unsafeServer, identityChanged, identityRefused, signInRefused, cancelled.
 */
export async function logIn(around: Surroundings, connect: OpenConnect, signIn?: SignIn): Promise<Client> {
  const { attempt, machine, target } = connect
  const asks: Asks = createAsks(attempt)
  const verify = hostKeyCheck(around.machines, machine.machineId, asks, (event) => around.record(event))
  for (let isAgain = false; ; isAgain = true) {
    const step = (name: 'reach' | 'identity' | 'signIn') => {
      // The technician has seen these; calling again is our affair.
      if (!isAgain) attempt.at(name)
    }
    step('reach')
    const socket = await reach(target, attempt.signal)
    try {
      const client = await handshake({
        socket,
        target,
        pinned: around.machines.hostKeys(machine.machineId),
        signal: attempt.signal,
        isAsking: () => attempt.isAsking(),
        answered: () => attempt.answered(),
        reached: () => step('identity'),
        verify,
        verified: () => signIn && step('signIn'),
        ...(signIn && { signIn }),
      })
      await signIn?.succeeded()
      return client
    } catch (error) {
      if (!(error instanceof HungUp)) throw error
      // Another connection would only show another challenge.
      const refused = await signIn?.refusedChallenge()
      if (refused) throw new CallError(refused, { cause: error })
      if (error.whileAsking || signIn?.mayCallAgain()) continue
      const tried = signIn?.tried() ?? []
      if (signIn && tried.length > 0) throw new CallError({ tag: 'signInRefused', user: signIn.user() ?? '', tried }, { cause: error })
      throw unreachable(target, 'reset', error)
    }
  }
}
