/** One click from the machine's name to a session: which port, the grant, the way in, and what the technician is told of it. */
import type { ConnectInput, Failure } from '../../preload/contract.ts'
import { CallError } from '../callError.ts'
import { newIncident } from '../dispatch.ts'
import type { RunningAttempt } from './attempt.ts'
import type { OpenConnect, Surroundings } from './connecting.ts'
import { clientFor, openDesktop } from './desktop.ts'
import { targetOf } from './endpoint.ts'
import { openForward } from './forward.ts'
import { obtainGrant } from './grant.ts'
import type { MachineForSessions } from './needs.ts'
import { prepareSignIn } from './ssh/login.ts'
import { openForCaller, openInTerminal } from './ssh/program.ts'
import { openTab } from './ssh/tab.ts'
import { endsWithWindow } from './windowEnd.ts'

/**
 * Runs the attempt to its end. Never rejects: what goes wrong is the attempt's outcome, what is unexpected also goes to the log.
 * An open port stays open after a failure, so that the next try asks for nothing (F-19); after a cancel it is given back.
 */
export async function runConnect(around: Surroundings, attempt: RunningAttempt, machine: MachineForSessions): Promise<void> {
  const { grants, holds } = around
  let open: OpenConnect | undefined
  let letGo: (() => void) | undefined
  const stopListening = grants.onEnded((grantId, reason, leftOn) => {
    if (grantId === open?.grant.grantId && endsWithWindow(around, leftOn, open.port)) attempt.stop({ tag: 'grantEnded', reason })
  })
  try {
    const port = portFor(attempt.input, machine)
    const goInside = await wayIn(around, attempt, machine)
    const grant = await obtainGrant(grants, attempt, port, (grantId) => !holds.isHeldByOthers(grantId))
    letGo = holds.hold(grant.grantId)
    open = { attempt, machine, grant, port, target: targetOf(grant, port) }
    const sessionId = await goInside(open)
    if (attempt.signal.aborted) around.list.close(sessionId)
    else attempt.succeed(sessionId)
    attempt.signal.throwIfAborted()
  } catch (thrown) {
    fail(around, attempt, open, await toFailure(around, attempt, open, thrown))
  } finally {
    stopListening()
    letGo?.()
  }
}

/** The way in that the click asked for, begun as far as it can be before the port is open. */
async function wayIn(
  around: Surroundings,
  attempt: RunningAttempt,
  machine: MachineForSessions,
): Promise<(open: OpenConnect) => Promise<string>> {
  const { way, where } = attempt.input
  switch (way) {
    case 'ssh': {
      if (where === 'system') return (open) => openInTerminal(around, open)
      if (where === 'caller') return (open) => openForCaller(around, open)
      const signIn = prepareSignIn(around, { attempt, machine })
      return (open) => openTab(around, open, signIn)
    }
    case 'rdp': {
      // Looked for first: no port is opened for a program that is not there.
      const client = await clientFor(around)
      return (open) => openDesktop(around, open, client)
    }
    case 'forward':
      return (open) => openForward(around, open)
  }
}

/** The machine's port that the click is for. Throws CallError invalidInput where the machine has none for it. */
export function portFor({ way, port }: Pick<ConnectInput, 'way' | 'port'>, machine: MachineForSessions): number {
  if (port !== undefined) return port
  if (way === 'ssh') return machine.sshPort
  if (way === 'rdp') return machine.rdpPort
  const other = machine.rules.find((rule) => rule.protocol !== 'udp' && rule.port !== machine.sshPort && rule.port !== machine.rdpPort)
  if (!other) throw new CallError({ tag: 'invalidInput', field: 'port', problem: 'port.missing' })
  return other.port
}

async function toFailure(around: Surroundings, attempt: RunningAttempt, open: OpenConnect | undefined, thrown: unknown): Promise<Failure> {
  // However the work took it, this is why it stopped.
  const error: unknown = attempt.signal.aborted ? attempt.signal.reason : thrown
  if (error instanceof CallError) return open ? explain(around, open, error.failure) : error.failure
  const incident = newIncident()
  around.log.error({ incident, err: error }, 'connect failed')
  return { tag: 'internal', incident }
}

/** Behind a relay a client sees no more than a broken connection; the gate knows why the machine did not answer, and which machine. */
async function explain({ grants }: Surroundings, { grant, machine, port }: OpenConnect, failure: Failure): Promise<Failure> {
  if (failure.tag !== 'unreachable') return failure
  const now = await grants.get(grant.grantId).catch(() => undefined)
  if (now && now.state !== 'open') return { tag: 'grantEnded', reason: now.closeReason ?? now.state }
  const cause = now?.unreachable?.port === port ? now.unreachable.cause : failure.cause
  // What is answered got through.
  const isSilence = cause === 'timeout' || cause === 'network'
  return { tag: 'unreachable', address: machine.address, port, cause, ...(isSilence && now?.sourceDoubt && { doubt: now.sourceDoubt }) }
}

/** What somebody decided, rather than what went wrong. */
const refusals: ReadonlySet<Failure['tag']> = new Set([
  'cancelled',
  'denied',
  'identityRefused',
  'identityChanged',
  'notAllowed',
  'signInRefused',
  'unsafeServer',
])

function fail(around: Surroundings, attempt: RunningAttempt, open: OpenConnect | undefined, failure: Failure): void {
  attempt.fail(failure)
  const { machineId, way, where } = attempt.input
  const { outcome } = attempt.view()
  around.record({
    action: failure.tag === 'cancelled' ? 'connect.cancelled' : 'connect.failed',
    outcome: refusals.has(failure.tag) ? 'refused' : 'failed',
    machineId,
    ...(open && { grantId: open.grant.grantId, port: open.port }),
    detail: { way, where, ...(outcome?.kind === 'failed' && { step: outcome.step, failure: failure.tag }) },
  })
}
