/** A tenant of Azure as a provider: what its parts make together. Composition only. */
import { randomUUID } from 'node:crypto'
import type { AzureDiagnosis, AzurePolicyPreview } from '../../../preload/contract/azure.ts'
import type { PortRule } from '../../../preload/contract.ts'
import { CallError } from '../../callError.ts'
import { createListeners } from '../../listeners.ts'
import type { Log } from '../../log.ts'
import type { Clock, Secrets } from '../../ports.ts'
import type { Provider } from '../provider.ts'
import { createActivity } from './activity.ts'
import type { Arm } from './arm.ts'
import { attemptsFile, openAttempts } from './attempts.ts'
import type { Surroundings } from './derive.ts'
import { diagnose } from './doctor.ts'
import { createGrants } from './grants.ts'
import { createGraph } from './graph.ts'
import { createInitiate } from './initiate.ts'
import { createInventory } from './inventory.ts'
import { covers } from './judge.ts'
import { createLaunches } from './launches.ts'
import { createLocks } from './locks.ts'
import { createPermissions } from './permissions.ts'
import { createPlanner } from './planning.ts'
import { createPolicies } from './policies.ts'
import { createPolicyWrites } from './policyWrites.ts'
import type { Machine } from './questions.ts'
import type { TenantRecord } from './record.ts'
import { createRequests } from './requests.ts'
import { consoleId } from './resourceId.ts'

export interface AzureProvider extends Provider {
  diagnose(): Promise<AzureDiagnosis>
  previewPolicies(ids: readonly string[], rules: PortRule[] | 'defaults'): Promise<AzurePolicyPreview>
  /** A person signed in again: what was out of reach is asked for. */
  signedIn(): void
}

type Topic = Parameters<Parameters<Provider['onChange']>[0]>[0]

/** Resource Graph and policies ring no bell, so they are asked for. */
const rereadMs = 10 * 60_000

export function openProvider(deps: {
  id: string
  name: string
  technician: string
  arm: Arm
  record: () => TenantRecord
  update: (change: Partial<TenantRecord>) => void
  isOffline: () => boolean
  usesProxy: () => Promise<boolean>
  folder: string
  secrets: Secrets
  clock: Clock
  log: Log
  sleep: (ms: number) => Promise<unknown>
  close: () => Promise<void>
}): AzureProvider {
  const { id, name, technician, arm, record, update, isOffline, usesProxy, folder, secrets, clock, log, sleep } = deps
  const listeners = createListeners<Topic>()
  let myAddress = ''
  const now = () => arm.now()

  const graph = createGraph(arm, (count) => log.warn({ provider: id, count }, 'rows of Resource Graph could not be read'))
  const policies = createPolicies(arm, clock, (machineIds) => {
    inventory.touch(machineIds)
    listeners.tell('machines')
    listeners.tell('grants')
  })
  const inventory = createInventory({
    graph,
    policies,
    clock,
    newRunId: randomUUID,
    surroundingsChanged: remember,
    incomplete: () => listeners.tell('machines'),
  })

  function remember({ subscriptions }: Surroundings): void {
    const notLicensed = [...subscriptions.values()].filter(({ isLicensed }) => isLicensed === false).map((one) => one.name)
    update({ subscriptions: subscriptions.size, notLicensed, ...(graph.hitLimit && { tooManySubscriptions: true }) })
  }

  const isMe = (requestor: string) => {
    const told = requestor.toLowerCase()
    return told === technician.toLowerCase() || told === record().requestor?.toLowerCase()
  }
  const locks = createLocks()
  const attempts = openAttempts(attemptsFile(folder, id), clock, (error) =>
    log.warn({ provider: id, err: error }, 'a request could not be written down'),
  )
  const launches = createLaunches({
    policies,
    clock,
    now,
    usesProxy,
    isFromHere({ askedSource, source }) {
      if (askedSource === undefined) return true
      return myAddress === '' ? undefined : covers(source, myAddress)
    },
    changed: () => listeners.tell('grants'),
  })
  const grants = createGrants({ policies, inventory, launches, now, technician, isMe })
  const permissions = createPermissions(arm, clock)
  const requests = createRequests({
    id,
    plan: createPlanner({ id, inventory, policies, permissions, myAddress: () => myAddress }),
    policies,
    locks,
    initiate: createInitiate({ id, arm, policies, attempts, sleep, clock, initiated: () => activity.expect() }),
    launches,
    now,
    myAddress: () => myAddress,
    toGrant: (launch) => grants.toGrant(launch),
    seen({ requestor, address }) {
      if (address !== undefined && address !== '' && address !== '*') myAddress = address
      if (!isMe(requestor)) update({ requestor })
    },
  })
  const seenOf = (machine: Machine | undefined) => machine && { machine, site: inventory.view(machine).site }
  const activity = createActivity({
    id,
    arm,
    subscriptions: async () => [...(await inventory.ready()).subscriptions.keys()],
    known: {
      machine: (resourceId) => seenOf(inventory.get(consoleId(resourceId))),
      machineById: (machineId) => seenOf(inventory.get(machineId)),
      launch: (clientRequestId) => attempts.launchOf(clientRequestId),
    },
    folder,
    secrets,
    clock,
    log,
    now,
    grew: () => listeners.tell('audit'),
  })
  const writes = createPolicyWrites({ id, arm, inventory, policies, locks, sleep })

  const timer = setInterval(() => {
    inventory.age()
    listeners.tell('machines')
  }, rereadMs)
  timer.unref()

  return {
    id,
    name,
    technician,
    isOffline,
    leavesSessions: true,
    machines: (cursor) => inventory.machines(cursor),
    setPolicy: (ids, rules) => writes.set(ids, rules),
    previewPolicies: (ids, rules) => writes.preview(ids, rules),
    source: () => Promise.resolve({ myAddress, servesOtherSources: true }),
    async request(request) {
      const [answer] = await requests.request([request])
      if (answer === undefined || answer instanceof CallError) throw answer ?? new CallError({ tag: 'badAnswer', provider: id })
      return answer
    },
    requestTogether: (all) => requests.request(all),
    async grant(grantId) {
      const grant = grants.list().find((one) => one.id === grantId)
      if (!grant) throw new CallError({ tag: 'notFound', what: 'grant' })
      return grant
    },
    grants: () => Promise.resolve(grants.list()),
    async extend(grantId, byMs) {
      const launch = launches.get(grantId) ?? grants.adopt(grantId)
      if (!launch) throw new CallError({ tag: 'notFound', what: 'grant' })
      if (launch.state === 'closed') throw new CallError({ tag: 'grantEnded', reason: launch.closeReason ?? 'expired' })
      return requests.extend(launch, byMs)
    },
    async diagnose() {
      return diagnose(permissions, await inventory.ready(), inventory.all())
    },
    events: activity.events,
    signedIn() {
      for (const topic of ['machines', 'grants', 'audit'] as const) listeners.tell(topic)
    },
    onChange: (listener) => listeners.listen(listener),
    async close() {
      clearInterval(timer)
      activity.close()
      launches.close()
      await attempts.settled()
      await deps.close()
    },
  }
}
