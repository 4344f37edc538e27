/** A real gateway with people who have keys, machines whose agents are enrolled, and few words for what either does. */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { expect } from 'vitest'
import type { Caller, Role } from '../../../gateway/api.ts'
import { Challenge, CreatedChallenge, Enrolment } from '../../../gateway/contract/challenges.ts'
import type { AgentReport, CreateChallenge, DecisionClaims } from '../../../gateway/contract/challenges.ts'
import { displayDigest } from '../../../gateway/contract/displayDigest.ts'
import { decodeEnrolment, fingerprintOf } from '../../../gateway/contract/invitationCode.ts'
import type { JitAdmin, PolicyPatch } from '../../../gateway/contract/policies.ts'
import type { GatewayOptions } from '../../../gateway/server.ts'
import { makeDeviceKey, openDevice } from '../../../main/providers/gateway/device.ts'
import type { Device } from '../../../main/providers/gateway/device.ts'
import { openBench, tcpRule } from '../gatewayFixture.ts'
import type { Asked, Bench } from '../gatewayFixture.ts'

export const fingerprint = fingerprintOf(Buffer.alloc(32, 7).toString('base64url'))
export const onePort = 22
export const jitAdmin: JitAdmin = { enabled: true, userName: 'jit-admin', afterSignOut: 'delete', title: 'Contoso' }

export const report: AgentReport = {
  hostName: 'web-1',
  os: 'linux',
  osVersion: 'Debian 13',
  agentVersion: '3.0.0',
  addresses: ['192.0.2.20'],
  hostKeys: ['ssh-ed25519 AAAA'],
  signedIn: [],
  jitUsers: [],
  userExists: false,
  selfDisabled: false,
}

export interface Person extends Caller {
  device: Device
}

export interface Agent {
  id: string
  caller: Caller
}

export interface SignInBench extends Bench {
  person(name: string, roles: Role[]): Promise<Person>
  /** A machine with rules for port 22, and its agent. */
  agent(more?: { name?: string; site?: string; report?: Partial<AgentReport> }): Promise<Agent>
  enrol(machineId: string, more?: Partial<AgentReport>): Promise<Caller | undefined>
  policy(patch: PolicyPatch, level?: string): Promise<Asked>
  create(agent: Agent, more?: Partial<CreateChallenge>): Promise<CreatedChallenge>
  tryCreate(agent: Agent): Promise<Asked>
  look(person: Caller, id: string): Promise<Challenge>
  /** Signs for what `seen` displays, and sends it. */
  decide(
    person: Person,
    seen: Challenge,
    decision: DecisionClaims['decision'],
    number?: string,
    more?: Partial<DecisionClaims>,
  ): Promise<Asked>
  stateFor(agent: Agent, id: string, waitS?: number): Promise<Asked>
  tell(agent: Agent, id: string, event: string): Promise<Asked>
  /** Of the log, oldest first, without what has nothing to do with sign-ins. */
  log(): Promise<string[]>
}

const here = () => ({ fingerprint, pin: randomBytes(32), address: 'gate.example.org:8443', name: 'Contoso' })

export async function openSignInBench(options: Partial<GatewayOptions> = {}): Promise<SignInBench> {
  const reach = { here, statementFor: () => Promise.resolve('statement'), isProvedBy: () => Promise.resolve(false) }
  const bench = await openBench({ reach, ...options })

  async function policy(patch: PolicyPatch, level = 'company'): Promise<Asked> {
    const { body } = await bench.ask('GET', `/v1/policies/${encodeURIComponent(level)}`)
    const version = typeof body === 'object' && body !== null && 'version' in body ? body.version : 0
    return await bench.ask('PATCH', '/v1/policies', { levels: [{ level, version }], patch, confirmOverwrite: true })
  }

  async function enrol(machineId: string, more: Partial<AgentReport> = {}): Promise<Caller | undefined> {
    const { status, body } = await bench.ask('POST', `/v1/machines/${machineId}/enrolment`)
    expect(status).toBe(201)
    const { secret } = decodeEnrolment(Enrolment.parse(body).code) ?? { secret: randomBytes(16) }
    const known = await bench.gateway.enrolments.enrol(secret, openDevice(makeDeviceKey()).jwk, { ...report, ...more })
    return known && { technician: 'agent', roles: [], address: '127.0.0.1', machine: { id: machineId, thumbprint: known.thumbprint } }
  }

  const signIns: SignInBench = Object.assign(bench, {
    policy,
    enrol,
    async person(name: string, roles: Role[]) {
      const device = openDevice(makeDeviceKey())
      const { secret } = await bench.gateway.invitations.invite('ada', { name, roles })
      const known = await bench.gateway.invitations.join(secret, device.jwk)
      if (known === undefined) throw new Error('nobody was let in')
      return { technician: name, roles, address: '127.0.0.1', person: { id: known.personId, thumbprint: known.thumbprint }, device }
    },
    async agent({ name = 'web-1', site = 'Berlin', report: more = {} }: Parameters<SignInBench['agent']>[0] = {}) {
      const id = await bench.addMachine(onePort, [tcpRule(onePort)], { name, site })
      const caller = await enrol(id, more)
      if (caller === undefined) throw new Error('the machine was not enrolled')
      return { id, caller }
    },
    async create(agent: Agent, more: Partial<CreateChallenge> = {}) {
      const input = { service: 'ssh', asked: 'jit-admin', from: '192.0.2.7', signedIn: [], ...more }
      const { status, body } = await bench.ask('POST', '/v1/agent/challenges', input, { caller: agent.caller })
      if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`)
      return CreatedChallenge.parse(body)
    },
    tryCreate: (agent: Agent) =>
      bench.ask('POST', '/v1/agent/challenges', { service: 'ssh', asked: 'jit-admin', signedIn: [] }, { caller: agent.caller }),
    async look(caller: Caller, id: string) {
      const { status, body } = await bench.ask('POST', '/v1/challenges/lookup', { challengeId: id }, { caller })
      if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`)
      return Challenge.parse(body)
    },
    async decide(
      person: Person,
      seen: Challenge,
      decision: DecisionClaims['decision'],
      number?: string,
      more: Partial<DecisionClaims> = {},
    ) {
      const claims: DecisionClaims = {
        gateway: fingerprint,
        challenge: seen.display.id,
        displayed: displayDigest(seen.display),
        decision,
        ...(number !== undefined && { number }),
        iat: Math.floor(bench.clock.now() / 1000),
        ...more,
      }
      const signature = await person.device.decide(claims)
      return await bench.ask('POST', `/v1/challenges/${seen.display.id}/decision`, { signature }, { caller: person })
    },
    stateFor: (agent: Agent, id: string, waitS = 0) =>
      bench.ask('GET', `/v1/agent/challenges/${id}?waitS=${waitS}`, undefined, { caller: agent.caller }),
    tell: (agent: Agent, id: string, event: string) =>
      bench.ask('POST', `/v1/agent/challenges/${id}/events`, { event }, { caller: agent.caller }),
    async log() {
      return (await bench.actions()).filter((action) => /^(challenge|signIn)\./.test(action))
    },
  })
  await policy({ jitAdmin })
  return signIns
}

/** A two-digit number that is not this one. */
export function otherThan(number: string): string {
  return String((Number(number) + 1) % 100).padStart(2, '0')
}

export function freshKey() {
  return openDevice(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'))
}
