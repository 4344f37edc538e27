/** The world around sessions, at its ports: grants, machines, keychain, pipes. Everything behind them (SSH, sockets, servers) is real. */
import { randomUUID } from 'node:crypto'
import { PassThrough } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { Attempt, ConnectInput, Grant, Prompt, PromptAnswer, Session, Settings } from '../../preload/contract.ts'
import type { Log } from '../../main/log.ts'
import type { PipeEnd, Programs, Secrets } from '../../main/ports.ts'
import type { ConsoleEvent } from '../../main/providers/provider.ts'
import type { GrantsForSessions, MachineForSessions, MachinesForSessions, PinnedHostKey } from '../../main/sessions/needs.ts'
import { createSessions, type Sessions, type SessionsDeps } from '../../main/sessions/sessions.ts'
import { defaultSettings } from '../../main/settings/settings.ts'

export const machineId = 'desk:m1'

/** One grant after another for one machine, open at once unless told otherwise. */
export function fakeGrants(endpoints: Grant['endpoints']) {
  const changed = new Set<(grant: Grant) => void>()
  const ended = new Set<(grantId: string, reason: string, leftOn?: string) => void>()
  const grants = new Map<string, Grant>()
  const byKey = new Map<string, string>()
  const requests: { idempotencyKey: string; ports: number[] }[] = []
  const releases: { grantId: string; why: string }[] = []
  const ways = { first: 'open' as Grant['state'], leavesSessions: false, answerAfterMs: 0, fail: undefined as Error | undefined }

  function set(grantId: string, part: Partial<Grant>): Grant {
    const grant = { ...read(grantId), ...part }
    grants.set(grantId, grant)
    for (const tell of changed) tell(grant)
    return grant
  }
  function read(grantId: string): Grant {
    const grant = grants.get(grantId)
    if (!grant) throw new Error(`no grant ${grantId}`)
    return grant
  }
  function end(grantId: string, reason: Grant['closeReason'] | 'denied'): Grant {
    const grant = set(grantId, reason === 'denied' ? { state: 'denied' } : { state: 'closed', ...(reason && { closeReason: reason }) })
    for (const tell of ended) tell(grantId, reason ?? 'expired', grant.leavesSessions && grant.machineId)
    return grant
  }
  const forSessions: GrantsForSessions = {
    async request({ idempotencyKey, machineId: machine, ports }) {
      requests.push({ idempotencyKey, ports })
      if (ways.answerAfterMs > 0) await delay(ways.answerAfterMs)
      if (ways.fail) throw ways.fail
      const known = byKey.get(idempotencyKey)
      if (known !== undefined) return read(known)
      const grantId = `desk:${randomUUID()}`
      byKey.set(idempotencyKey, grantId)
      grants.set(grantId, {
        grantId,
        machineId: machine,
        machineName: 'web-1',
        requestedBy: 'alice',
        state: ways.first,
        ports,
        source: '127.0.0.1',
        reason: '',
        requestedAt: new Date().toISOString(),
        endpoints,
        ...(ways.leavesSessions && { leavesSessions: true as const, noRelease: true as const }),
      })
      return read(grantId)
    },
    openGrantFor: (machine, port) =>
      [...grants.values()].find((grant) => grant.machineId === machine && grant.state === 'open' && grant.ports.includes(port)),
    openingGrantFor: (machine, port) =>
      [...grants.values()].find(
        (grant) => grant.machineId === machine && grant.state === 'opening' && grant.noRelease === true && grant.ports.includes(port),
      ),
    get: async (grantId) => read(grantId),
    async release(grantId, why) {
      releases.push({ grantId, why })
      return end(grantId, why === 'lastSessionEnded' ? 'lastSessionEnded' : 'released')
    },
    onChanged(listener) {
      changed.add(listener)
      return () => changed.delete(listener)
    },
    onEnded(listener) {
      ended.add(listener)
      return () => ended.delete(listener)
    },
  }
  return { forSessions, requests, releases, ways, set, end, all: () => [...grants.values()] }
}

export function fakeMachines(machine: Partial<MachineForSessions>) {
  const pins: PinnedHostKey[] = []
  const chosen: { user?: string }[] = []
  const certificates: { fingerprint: string; pinnedAt: string }[] = []
  const whole: MachineForSessions = {
    machineId,
    name: 'web-1',
    address: '127.0.0.1',
    os: 'linux',
    sshPort: 22,
    rdpPort: 3389,
    rules: [{ port: 22, protocol: 'tcp', sources: [], maxDuration: 'PT3H' }],
    ways: ['ssh'],
    ...machine,
  }
  const forSessions: MachinesForSessions = {
    get: async () => ({ ...whole, ...chosen.at(-1) }),
    used: () => Promise.resolve(),
    hostKeys: () => pins,
    certificates: () => certificates,
    async pinHostKey(_machine, key) {
      pins.push({ ...key, pinnedAt: new Date().toISOString() })
    },
    async pinCertificate(_machine, fingerprint) {
      certificates.push({ fingerprint, pinnedAt: new Date().toISOString() })
    },
    choices: () => ({}),
    async choose(_machine, choices) {
      if (choices.user !== undefined) chosen.push({ user: choices.user })
    },
  }
  return { forSessions, pins, certificates, chosen }
}

export function fakeSecrets(stored = new Map<string, string>()): Secrets & { stored: Map<string, string> } {
  return {
    stored,
    read: async (name) => stored.get(name),
    async write(name, secret) {
      stored.set(name, secret)
    },
    async forget(name) {
      stored.delete(name)
    },
    state: async () => 'ready',
  }
}

/** A pipe whose window reads at once, or as slowly as `readDelayMs` per write says. */
export function fakePipes(readDelayMs: () => number = () => 0) {
  const ends = new Map<string, { output(): string; bytes(): number; type(text: string): void; end(): void; isEnded(): boolean }>()
  function open(id: string): PipeEnd {
    const incoming = new PassThrough()
    const ended = Promise.withResolvers<void>()
    let isEnded = false
    let text = ''
    let count = 0
    const end = () => {
      isEnded = true
      ended.resolve()
    }
    ends.set(id, {
      output: () => text,
      bytes: () => count,
      type: (keys) => incoming.write(keys),
      end,
      isEnded: () => isEnded,
    })
    return {
      id,
      async write(bytes) {
        if (isEnded) throw new Error('ended')
        const ms = readDelayMs()
        if (ms > 0) await delay(ms)
        count += bytes.length
        // The last screens are enough to look at, and a flood must not be kept.
        text = (text + Buffer.from(bytes).toString('latin1')).slice(-200_000)
      },
      incoming,
      end,
      ended: ended.promise,
    }
  }
  return { open, of: (id: string) => ends.get(id) }
}

const noPrograms: Programs = {
  find: () => undefined,
  start: async () => {
    throw new Error('no program here')
  },
  firstLine: async () => undefined,
}

export const quietLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }

export function sessionWorld(options: {
  endpoints: Grant['endpoints']
  machine?: Partial<MachineForSessions>
  ssh?: Partial<Settings['ssh']>
  settings?: Partial<Settings>
  environment?: Record<string, string>
  secrets?: Secrets
  programs?: Programs
  readDelayMs?: () => number
  challenges?: SessionsDeps['challenges']
  recordings?: SessionsDeps['recordings']
}) {
  const grants = fakeGrants(options.endpoints)
  const machines = fakeMachines(options.machine ?? {})
  const pipes = fakePipes(options.readDelayMs)
  const events: ConsoleEvent[] = []
  const errors: unknown[] = []
  const settings: Settings = {
    ...defaultSettings,
    ...options.settings,
    ssh: { where: 'tab', useAgent: false, keyFiles: ['/nonexistent'], ...options.ssh },
  }
  const deps: SessionsDeps = {
    ports: {
      clock: { now: () => Date.now(), monotonicMs: () => performance.now() },
      secrets: options.secrets ?? fakeSecrets(),
      programs: options.programs ?? noPrograms,
      environment: options.environment ?? {},
      home: '/nonexistent',
      info: { version: '0', host: 'chromium', platform: 'linux', locale: 'en', user: 'alice', dataFolder: '/nonexistent', limits: [] },
    },
    pipes,
    settings: () => settings,
    grants: grants.forSessions,
    machines: machines.forSessions,
    challenges: options.challenges ?? { shownBy: async () => undefined },
    recordings: options.recordings ?? { watch: () => ({ output: () => undefined, resized: () => undefined, ended: () => undefined }) },
    record: (event) => events.push(event),
    changed: () => undefined,
    log: { ...quietLog, error: (...what: unknown[]) => errors.push(what) },
  }
  const sessions = createSessions(deps)
  return { sessions, grants, machines, pipes, events, errors, settings, ...driver(sessions) }
}

async function until<Value>(look: () => Promise<Value | undefined> | Value | undefined, what: string, withinMs = 10_000): Promise<Value> {
  const end = performance.now() + withinMs
  for (;;) {
    const seen = await look()
    if (seen !== undefined && seen !== false) return seen
    if (performance.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`)
    await delay(4)
  }
}

function isKind<Kind extends Prompt['kind']>(prompt: Prompt | undefined, kind: Kind): prompt is Extract<Prompt, { kind: Kind }> {
  return prompt?.kind === kind
}

/** What a window does, in one line each. */
function driver(sessions: Sessions) {
  const { handlers } = sessions
  async function attempt(attemptId: string): Promise<Attempt> {
    return handlers['sessions.attempt']({ attemptId })
  }
  return {
    until,
    attempt,
    async connect(input: Partial<ConnectInput> = {}): Promise<string> {
      const attemptId = input.attemptId ?? randomUUID()
      await handlers['sessions.connect']({ machineId, way: 'ssh', where: 'tab', ...input, attemptId })
      return attemptId
    },
    /** The prompt that is open, of this kind. */
    prompt<Kind extends Prompt['kind']>(attemptId: string, kind: Kind): Promise<Extract<Prompt, { kind: Kind }>> {
      return until(async () => {
        const { prompt, outcome } = await attempt(attemptId)
        if (outcome) throw new Error(`over before it asked for ${kind}: ${JSON.stringify(outcome)}`)
        return isKind(prompt, kind) ? prompt : undefined
      }, `prompt ${kind}`)
    },
    async answer(attemptId: string, answer: PromptAnswer): Promise<void> {
      const { prompt } = await attempt(attemptId)
      if (!prompt) throw new Error('no prompt is open')
      await handlers['sessions.answer']({ attemptId, promptId: prompt.promptId, answer })
    },
    outcome: (attemptId: string) => until(async () => (await attempt(attemptId)).outcome, 'an outcome', 15_000),
    async inside(attemptId: string): Promise<string> {
      const outcome = await until(async () => (await attempt(attemptId)).outcome, 'an outcome', 15_000)
      if (outcome.kind !== 'inside') throw new Error(`not inside: ${JSON.stringify(outcome)}`)
      return outcome.sessionId
    },
    async session(sessionId: string): Promise<Session | undefined> {
      return (await handlers['sessions.list']({})).sessions.find((session) => session.sessionId === sessionId)
    },
  }
}
