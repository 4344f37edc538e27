/** A machine's agent, as its gateway knows it: enrolled by the code of the console, it raises sign-ins through the agents' API with a key of its own. */
import { decodeEnrolment } from '../../gateway/contract/invitationCode.ts'
import { AgentChallenge, AgentOrders, CreatedChallenge, Enrolled, type ChallengeEvent } from '../../gateway/contract/challenges.ts'
import { agentVersion } from '../../gateway/agent/facts.ts'
import { createClient } from '../../main/providers/gateway/client.ts'
import { makeDeviceKey, openDevice } from '../../main/providers/gateway/device.ts'
import { createNetwork } from '../../main/providers/gateway/network.ts'

const about = { what: 'machine' } as const
const clock = { now: () => Date.now(), monotonicMs: () => performance.now() }

export interface SignInMachine {
  /** Somebody stands at its sign-in. */
  ask(asked?: string): Promise<CreatedChallenge>
  state(id: string): Promise<AgentChallenge>
  tell(id: string, event: ChallengeEvent['event']): Promise<void>
  close(): Promise<void>
}

const pathOf = (id: string) => `/v1/agent/challenges/${id}`

/** `command`: the line that the console showed. */
export async function enrolMachine(command: string): Promise<SignInMachine> {
  const code = decodeEnrolment(command.split(' ').at(-1) ?? '')
  if (code === undefined) throw new Error(`no code in: ${command}`)
  const device = openDevice(makeDeviceKey())
  const connect = (isFresh: boolean) => {
    const { address, fingerprint, pin } = code
    const pins = [Buffer.from(pin).toString('base64url')]
    const network = createNetwork({
      id: 'machine',
      address,
      gateway: fingerprint,
      pins: () => pins,
      device: async () => device,
      clock,
      isFresh,
    })
    return { network, ask: createClient({ id: 'machine', url: `https://${address}`, fetch: network.fetch }) }
  }
  const report = {
    hostName: 'files-1',
    os: 'linux',
    osVersion: 'Debian 13',
    agentVersion,
    addresses: ['127.0.0.1'],
    hostKeys: [],
    signedIn: [{ user: 'm.rossi', terminal: 'tty2' }],
    jitUsers: [],
    userExists: false,
    selfDisabled: false,
  }
  const fresh = connect(true)
  const secret = Buffer.from(code.secret).toString('base64url')
  await fresh.ask(Enrolled, { method: 'POST', path: '/v1/agent/enrol', body: { secret, report }, about })
  await fresh.network.close()
  const { network, ask } = connect(false)
  await ask(AgentOrders, { method: 'PUT', path: '/v1/agent/report', query: new URLSearchParams({ waitS: '0' }), body: report, about })
  return {
    ask: (asked = 'gatehouse') =>
      ask(CreatedChallenge, {
        method: 'POST',
        path: '/v1/agent/challenges',
        body: { service: 'ssh', asked, from: '10.0.0.9', terminal: 'ssh', signedIn: ['m.rossi'] },
        about,
      }),
    state: (id) => ask(AgentChallenge, { method: 'GET', path: pathOf(id), query: new URLSearchParams({ waitS: '0' }), about }),
    async tell(id, event) {
      await ask(AgentChallenge, { method: 'POST', path: `${pathOf(id)}/events`, body: { event }, about })
    },
    close: () => network.close(),
  }
}
