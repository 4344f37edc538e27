/**
 * From a TCP connection to a signed-in SSH connection: key exchange, the machine's identity, sign-in. ssh2 would accept any host key
 * if nobody asked, so there is no way through here without `verify`.
 */
import type { Socket } from 'node:net'
import { Client, type AuthenticationType, type NextAuthHandler } from 'ssh2'
import { CallError } from '../../callError.ts'
import type { Target } from '../endpoint.ts'
import { foreignText } from '../foreignText.ts'
import { algorithms, unsafeSuite } from './algorithms.ts'
import { describeHostKey, type HostKey } from './hostKey.ts'
import { causeOf, reachPatienceMs, unreachable } from './reach.ts'
import type { SignIn } from './signIn.ts'
import { isStrictKeyExchange } from './ssh2Inside.ts'

/** How long the machine may be silent, once it has said something. A person who touches a security key takes a while. */
const patienceMs = 60_000
/** A dead connection is known after four of these. */
const keepaliveMs = 5000

/** The machine ended the connection before we were signed in. */
export class HungUp extends Error {
  readonly whileAsking: boolean
  constructor(whileAsking: boolean, why: string) {
    super(why)
    this.whileAsking = whileAsking
  }
}

export interface HandshakeInput {
  socket: Socket
  target: Target
  pinned: readonly { algorithm: string }[]
  signal: AbortSignal
  /** Whether the technician is being asked something: then nobody is impatient. */
  isAsking(): boolean
  answered(): Promise<void>
  /** The machine's first bytes are here. */
  reached(): void
  /** Throws when this is not the machine, or the technician does not take it for the machine. */
  verify(key: HostKey): Promise<void>
  /** The machine is who it should be. */
  verified(): void
  /** Absent: only the machine's identity is wanted, and the answer is a client that is not signed in. */
  signIn?: SignIn
}

/** Throws CallError (unreachable, unsafeServer, signInRefused, what `verify` threw) or HungUp. The socket is gone then. */
export function handshake(input: HandshakeInput): Promise<Client> {
  const { socket, target, signal, signIn } = input
  return new Promise((resolve, reject) => {
    const client = new Client()
    let settled = false
    let hasBytes = false
    let accepted: string | undefined
    let timer = setTimeout(impatient, reachPatienceMs)

    function settle(): boolean {
      if (settled) return false
      settled = true
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      return true
    }
    function fail(error: unknown): void {
      if (!settle()) return
      client.destroy()
      reject(error instanceof Error ? error : new Error(String(error)))
    }
    function succeed(): void {
      if (settle()) resolve(client)
    }
    function hungUp(why: string): void {
      if (!hasBytes) fail(unreachable(target, 'refused', new Error(why)))
      else if (!input.isAsking()) fail(new HungUp(false, why))
      // What the technician is typing is not lost: it is used on the next connection.
      else void hungUpWhileAsking(why)
    }
    async function hungUpWhileAsking(why: string): Promise<void> {
      await input.answered()
      // The answer is taken over before this fails.
      setImmediate(() => fail(new HungUp(true, why)))
    }
    function impatient(): void {
      if (input.isAsking() || signIn?.isWaiting()) wait(patienceMs)
      else fail(unreachable(target, 'timeout'))
    }
    function wait(ms: number): void {
      clearTimeout(timer)
      if (!settled) timer = setTimeout(impatient, ms)
    }
    const onAbort = () => fail(signal.reason)

    signal.addEventListener('abort', onAbort, { once: true })
    client.on('error', (error) => {
      // One key that could not sign is not the end: the next one is tried.
      if (error.level === 'agent') return
      if ('code' in error && typeof error.code === 'number') hungUp(foreignText(error.message, 200))
      else if (error.level === 'handshake' && hasBytes)
        fail(new CallError({ tag: 'unsafeServer', detail: foreignText(error.message, 200) }))
      else if (error.level === 'client-socket' && !input.isAsking()) fail(unreachable(target, causeOf(error), error))
      else hungUp(error.message)
    })
    client.on('close', () => hungUp('closed'))
    client.on('change password', () =>
      fail(new CallError({ tag: 'signInRefused', user: signIn?.user() ?? '', tried: ['passwordExpired'] })),
    )
    client.on('handshake', (negotiated) => {
      const detail = unsafeSuite(negotiated, isStrictKeyExchange(client))
      if (detail !== undefined) fail(new CallError({ tag: 'unsafeServer', detail }))
    })
    client.on('ready', succeed)
    signIn?.begin(fail)

    async function identify(wire: Buffer): Promise<boolean> {
      const key = describeHostKey(wire)
      // Also called when keys are renewed: the machine must still be the same one.
      if (accepted !== undefined) return accepted === key.key
      await input.verify(key)
      accepted = key.key
      input.verified()
      wait(patienceMs)
      return true
    }

    async function tryNext(left: readonly AuthenticationType[] | null, isPartial: boolean | null, use: NextAuthHandler): Promise<void> {
      wait(patienceMs)
      if (!signIn) {
        succeed()
        return
      }
      const method = await signIn.next(left, isPartial)
      if (!method) throw new CallError({ tag: 'signInRefused', user: signIn.user() ?? '', tried: signIn.tried() })
      if (!settled) use(method)
    }

    client.connect({
      sock: socket,
      // Each method brings its own.
      username: '',
      ident: 'Gatehouse',
      algorithms: algorithms(input.pinned),
      keepaliveInterval: keepaliveMs,
      keepaliveCountMax: 3,
      // Ours is above: it does not run while a person is typing.
      readyTimeout: 0,
      hostVerifier: (wire: Buffer, verdict: (isAccepted: boolean) => void) => {
        identify(wire).then(verdict, fail)
      },
      authHandler: (left: AuthenticationType[] | null, isPartial: boolean | null, use) => {
        tryNext(left, isPartial, use).catch(fail)
      },
    })
    socket.once('data', () => {
      hasBytes = true
      wait(patienceMs)
      input.reached()
    })
    if (signal.aborted) onAbort()
  })
}
