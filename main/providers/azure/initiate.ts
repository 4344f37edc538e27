/**
 * One request of Azure for machines of one policy. Whatever happens to it, it is made once: a request whose outcome is not known is looked for in the
 * policy and never sent again before it is known not to be there (F-47, F-48).
 */
import { randomUUID } from 'node:crypto'
import { CallError } from '../../callError.ts'
import { OutcomeUnknown, type Arm } from './arm.ts'
import type { Attempt, Attempts } from './attempts.ts'
import { refuse } from './judge.ts'
import { jit, type Policies } from './policies.ts'
import { placeOf, policyKey, policyPath, type PolicyRef } from './resourceId.ts'
import { JitRequest, type JitPolicy } from './schemas.ts'
import { windowId, windowsOf } from './windows.ts'

export interface Wanted {
  key: string
  digest: string
  /** The console's id, and Azure's. */
  machineId: string
  resourceId: string
  /** Of the grant that is asked for again; absent: a new one's is its window's. */
  grantId?: string
  ports: readonly number[]
  source: string | undefined
  reason: string
  endTimeUtc: string
}

/** A window that Azure has for it. */
export interface Initiated {
  windowId: string
  endMs: number
  startMs: number
  ports: JitRequest['virtualMachines'][number]['ports']
  requestor: string
}

/** A request that Azure has not done by then, it does not do any more: after a fault that it told of, and where nothing was heard. */
const settleMs = { answered: 10_000, silent: 90_000 }
const looksMs = [300, 1000, 2000]
const busyPausesMs = [1000, 2000, 4000]

export interface Initiate {
  /**
   * What became of an earlier try for the same: its window, or undefined when it may be asked for. Throws CallError `inProgress` while that is not known.
   */
  earlier(ref: PolicyRef, wanted: Wanted): Promise<Initiated | undefined>
  /** One reason for all. A window for each, in the same order. Throws CallError; where the outcome is not known, `offline` or `badAnswer`. */
  send(ref: PolicyRef, wanted: readonly Wanted[]): Promise<Initiated[]>
}

export function createInitiate(deps: {
  id: string
  arm: Arm
  policies: Pick<Policies, 'read'>
  attempts: Attempts
  sleep: (ms: number) => Promise<unknown>
  clock: { now(): number }
  initiated: () => void
}): Initiate {
  const { id, arm, policies, attempts, sleep, clock, initiated } = deps

  /** For Azure's log, which names the request by its id. */
  function note(clientRequestId: string, wanted: readonly Wanted[], found: readonly Initiated[]): void {
    attempts.launched(
      clientRequestId,
      wanted.flatMap(({ machineId, grantId }, index) => {
        const first = found[index]?.windowId
        return first === undefined ? [] : [{ machineId, grantId: grantId ?? first }]
      }),
    )
    initiated()
  }

  async function post(ref: PolicyRef, wanted: readonly Wanted[], clientRequestId: string): Promise<Initiated[]> {
    const reason = wanted[0]?.reason ?? ''
    const body = {
      virtualMachines: wanted.map(({ resourceId, ports, source, endTimeUtc }) => ({
        id: resourceId,
        ports: ports.map((number) => ({ number, endTimeUtc, ...(source !== undefined && { allowedSourceAddressPrefix: source }) })),
      })),
      ...(reason !== '' && { justification: reason }),
    }
    const [first] = wanted
    const about = { what: 'machine' as const, action: `${jit}/initiate/action`, ...(first && { machineId: first.machineId }) }
    const answer = await arm.ask(JitRequest, {
      method: 'POST',
      path: policyPath(ref, 'initiate'),
      body,
      clientRequestId,
      about,
      onSend: () => attempts.sent(clientRequestId),
      bucket: ref.subscriptionId,
    })
    const found = wanted.map((one, index) => inAnswer(ref, answer, one, index))
    // It was done, and the answer does not say how: the policy does.
    if (found.includes(undefined)) throw new OutcomeUnknown(new CallError({ tag: 'badAnswer', provider: id }), true)
    return found.filter((one) => one !== undefined)
  }

  /** Looks for all of it in the policy, a few times: what Azure tells may be a moment behind what it does. */
  async function lookFor(ref: PolicyRef, wanted: readonly Wanted[]): Promise<Initiated[] | undefined> {
    for (const pauseMs of looksMs) {
      await sleep(pauseMs)
      const policy = await policies.read(ref).catch(() => undefined)
      const found = policy && wanted.map((one) => inPolicy(ref, policy, one))
      if (found && !found.includes(undefined)) return found.filter((one) => one !== undefined)
    }
    return undefined
  }

  return {
    async earlier(ref, wanted) {
      const attempt = attempts.find(wanted)
      if (!attempt || attempt.policyKey !== policyKey(ref)) return undefined
      const policy = await policies.read(ref)
      const found = policy && inPolicy(ref, policy, { ...wanted, endTimeUtc: attempt.endTimeUtc })
      const settledMs = attempt.wasAnswered || attempt.isDone === true ? settleMs.answered : settleMs.silent
      if (!found && Math.abs(clock.now() - attempt.sentAt) < settledMs) throw new CallError({ tag: 'inProgress' })
      if (!found) attempts.refused(attempt.clientRequestId)
      else if (attempt.isDone !== true) note(attempt.clientRequestId, [wanted], [found])
      return found
    },
    async send(ref, wanted) {
      const clientRequestId = randomUUID()
      await attempts.add(wanted.map((one) => toAttempt(ref, one, clientRequestId, clock.now())))
      for (let tries = 0; ; tries += 1) {
        try {
          const found = await post(ref, wanted, clientRequestId)
          note(clientRequestId, wanted, found)
          return found
        } catch (error) {
          if (error instanceof OutcomeUnknown) {
            if (error.wasAnswered) attempts.failed(clientRequestId)
            const found = await lookFor(ref, wanted)
            if (!found) throw new CallError(error.failure, { cause: error.cause })
            note(clientRequestId, wanted, found)
            return found
          }
          const pauseMs = busyPausesMs[tries]
          if (pauseMs !== undefined && isBusy(error)) {
            await sleep(pauseMs)
            continue
          }
          attempts.refused(clientRequestId)
          throw isOutsidePolicy(error) ? refuse('source', '') : error
        }
      }
    },
  }
}

/** Azure is at work on the policy, or has just made it: nothing was done. */
function isBusy(error: unknown): boolean {
  if (!(error instanceof CallError)) return false
  return ['inProgress', 'notFound', 'jitOff'].includes(error.failure.tag)
}

/** Port and duration were compared with the policy before. */
function isOutsidePolicy(error: unknown): boolean {
  return error instanceof CallError && error.failure.tag === 'gateFailed' && error.failure.detail === 'notInPolicy'
}

function toAttempt(
  ref: PolicyRef,
  { key, digest, machineId, ports, endTimeUtc }: Wanted,
  clientRequestId: string,
  sentAt: number,
): Attempt {
  return { key, digest, policyKey: policyKey(ref), machineId, ports: [...ports], endTimeUtc, sentAt, clientRequestId, wasAnswered: false }
}

/** By its place within a subscription, since an answer may name another subscription; else by its place in the answer. */
function inAnswer(ref: PolicyRef, answer: JitRequest, wanted: Wanted, index: number): Initiated | undefined {
  const { virtualMachines, startTimeUtc, requestor } = answer
  const machine = virtualMachines.find(({ id }) => placeOf(id) === placeOf(wanted.resourceId)) ?? virtualMachines[index]
  const startMs = Date.parse(startTimeUtc)
  if (!machine || Number.isNaN(startMs)) return undefined
  const ends = machine.ports.map(({ endTimeUtc }) => Date.parse(endTimeUtc)).filter((at) => !Number.isNaN(at))
  const endMs = ends.length > 0 ? Math.max(...ends) : Date.parse(wanted.endTimeUtc)
  return { windowId: windowId(ref, wanted.resourceId, startMs, machine.ports), startMs, endMs, ports: machine.ports, requestor }
}

/** The end was chosen to the millisecond, so another's request for the same is not taken for it; Azure may keep it to the second. */
function inPolicy(ref: PolicyRef, policy: JitPolicy, { resourceId, ports, reason, endTimeUtc }: Wanted): Initiated | undefined {
  const endMs = Date.parse(endTimeUtc)
  const window = windowsOf(ref, policy).find(
    (one) =>
      placeOf(one.machine.id) === placeOf(resourceId) &&
      Math.abs(one.endMs - endMs) < 1000 &&
      (one.request.justification ?? '') === reason &&
      ports.every((port) => one.ports.some(({ number }) => number === port)),
  )
  if (!window) return undefined
  const { id, startMs, request } = window
  return { windowId: id, startMs, endMs: window.endMs, ports: window.ports, requestor: request.requestor }
}
