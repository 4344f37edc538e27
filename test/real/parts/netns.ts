/**
 * Three computers in network namespaces, in a row: a client, a gateway that forwards, and a machine that echoes what it gets. Needs root and
 * iproute2; gone with stop(), and with the tests however they end.
 */
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { createKeeper, eventually, run } from './keeper.ts'
import type { Keeper } from './keeper.ts'
import { Answer } from './netnsTask.ts'
import type { Task } from './netnsTask.ts'

export interface Connection {
  /** `connected`, or the code of the error: ECONNREFUSED for a reset at once, `timeout` for silence. */
  how: string
  /** Since the epoch, in milliseconds. */
  atMs: number
  /** Sends a byte and waits for it to come back; `gone` when the connection has ended. */
  echo(): Promise<string>
  /** Waits for the machine to say something by itself: `heard`, or `nothing`. */
  hear(timeoutMs: number): Promise<string>
  /** How and when it ended. */
  ended: Promise<{ how: string; atMs: number }>
}

export interface DialOptions {
  /** One of the client's addresses; the first if not given. */
  from?: string
  /** Sends a byte every 10 ms. */
  chatty?: boolean
  timeoutMs?: number
}

export interface Network {
  /** What runs a program inside the gateway's namespace, to be put before it. */
  inGateway: readonly string[]
  client: string
  otherClient: string
  machine: string
  client6: string
  machine6: string
  /** Connects from the client. Resolves when that succeeded or failed. */
  dial(host: string, port: number, options?: DialOptions): Promise<Connection>
  /** The other way round: from the machine to the client, which listens on the same ports. */
  dialBack(port: number): Promise<Connection>
  /** Runs nft in the gateway's namespace and gives what it printed. */
  nft(...args: string[]): Promise<string>
  stop: () => Promise<void>
}

const client = '10.77.1.2'
const otherClient = '10.77.1.3'
const machine = '10.77.2.2'
const client6 = 'fd77:1::2'
const machine6 = 'fd77:2::2'

/** How long a connection to `latePort` stays silent before the machine begins to talk. */
export const silentMs = 2500
export const latePort = 2323

/** `ports` is where the machine listens, and at latePort. */
export async function startNetwork(ports: readonly number[]): Promise<Network> {
  const keeper = createKeeper('netns')
  try {
    const tag = `gh-${randomBytes(4).toString('hex')}`
    const [near, middle, far] = [`${tag}-client`, `${tag}-gateway`, `${tag}-machine`] as const
    await keeper.addNamespaces(near, middle, far)
    await layCable(near, [`${client}/24`, `${otherClient}/24`, `${client6}/64`], middle, 'near', ['10.77.1.1/24', 'fd77:1::1/64'])
    await layCable(far, [`${machine}/24`, `${machine6}/64`], middle, 'far', ['10.77.2.1/24', 'fd77:2::1/64'])
    for (const [namespace, gateways] of [
      [near, ['10.77.1.1', 'fd77:1::1']],
      [far, ['10.77.2.1', 'fd77:2::1']],
    ] as const) {
      for (const gateway of gateways) await run('ip', ['-n', namespace, 'route', 'add', 'default', 'via', gateway])
    }
    const forwarding = 'echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding'
    await run('ip', ['netns', 'exec', middle, 'sh', '-c', forwarding])
    const echoing = startPeer(keeper, far)
    for (const port of ports) await echoing.ask({ do: 'listen', port })
    await echoing.ask({ do: 'listen', port: latePort, talksAfterMs: silentMs })
    const dialing = startPeer(keeper, near)
    for (const port of ports) await dialing.ask({ do: 'listen', port })
    const inGateway = ['ip', 'netns', 'exec', middle]
    const network: Network = {
      inGateway,
      client,
      otherClient,
      machine,
      client6,
      machine6,
      dial: (host, port, options) => dialFrom(dialing, host, port, options),
      dialBack: (port) => dialFrom(echoing, client, port),
      nft: (...args) => run('ip', ['netns', 'exec', middle, 'nft', ...args]),
      stop: keeper.stop,
    }
    await eventually('the machine answers the client', 10_000, async () => {
      const both = await Promise.all([machine, machine6].map((host) => network.dial(host, ports[0] ?? 0, { timeoutMs: 500 })))
      return both.every(({ how }) => how === 'connected')
    })
    return network
  } catch (error) {
    await keeper.stop()
    throw error
  }
}

async function dialFrom(
  peer: Peer,
  host: string,
  port: number,
  { from, chatty = false, timeoutMs = 3000 }: DialOptions = {},
): Promise<Connection> {
  const { id, answer } = peer.begin({ do: 'connect', host, port, chatty, timeoutMs, ...(from === undefined ? {} : { from }) })
  const ended = peer.endOf(id)
  const { how, atMs } = await answer
  return {
    how,
    atMs,
    ended,
    echo: async () => (await peer.ask({ do: 'echo', connection: id })).how,
    hear: async (limitMs) => (await peer.ask({ do: 'hear', connection: id, timeoutMs: limitMs })).how,
  }
}

/** A cable from `left` to `right`, where its end is called `name`. */
async function layCable(left: string, leftAddresses: string[], right: string, name: string, rightAddresses: string[]): Promise<void> {
  await run('ip', ['-n', left, 'link', 'add', 'name', 'cable', 'type', 'veth', 'peer', 'name', name, 'netns', right])
  for (const [namespace, link, addresses] of [
    [left, 'cable', leftAddresses],
    [right, name, rightAddresses],
  ] as const) {
    await run('ip', ['-n', namespace, 'link', 'set', 'lo', 'up'])
    // Without nodad an IPv6 address cannot be used for a second.
    for (const address of addresses) {
      await run('ip', ['-n', namespace, 'addr', 'add', address, 'dev', link, ...(address.includes(':') ? ['nodad'] : [])])
    }
    await run('ip', ['-n', namespace, 'link', 'set', link, 'up'])
  }
}

type WithoutId<Value> = Value extends unknown ? Omit<Value, 'id'> : never

interface Peer {
  begin(task: WithoutId<Task>): { id: number; answer: Promise<Answer> }
  ask(task: WithoutId<Task>): Promise<Answer>
  endOf(connection: number): Promise<Answer>
}

function startPeer(keeper: Keeper, namespace: string): Peer {
  const script = join(import.meta.dirname, 'netnsPeer.ts')
  const stdio = ['ignore', 'inherit', 'inherit', 'ipc'] as const
  const child: ChildProcess = keeper.start('ip', ['netns', 'exec', namespace, process.execPath, script], { stdio: [...stdio] })
  const answers = new Map<number, (answer: Answer) => void>()
  const ends = new Map<number, (answer: Answer) => void>()
  let count = 0
  child.on('message', (message) => {
    const answer = Answer.parse(message)
    if (answer.task === 0) ends.get(answer.connection ?? 0)?.(answer)
    else answers.get(answer.task)?.(answer)
  })
  const begin: Peer['begin'] = (task) => {
    count += 1
    const id = count
    const answer = new Promise<Answer>((resolve, reject) => {
      answers.set(id, resolve)
      child.send({ ...task, id }, (error) => error && reject(error))
    })
    return { id, answer }
  }
  return { begin, ask: (task) => begin(task).answer, endOf: (connection) => new Promise((resolve) => ends.set(connection, resolve)) }
}
