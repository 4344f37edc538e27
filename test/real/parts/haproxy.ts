/** A real HAProxy: as a TCP relay, which our own is measured against, and as the load balancer in front of several gateways. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createKeeper, eventually, freePort, listens, tail } from './keeper.ts'

export interface Haproxy {
  /** The port of 127.0.0.1 that it listens on. */
  port: number
  stop: () => Promise<void>
}

/** Relays `127.0.0.1:listen` (a free port if not given) to `127.0.0.1:target`, and waits until it listens. */
export async function startHaproxy({ listen, target }: { listen?: number; target: number }): Promise<Haproxy> {
  return await start(listen ?? (await freePort()), (port) => relayText(port, target))
}

/**
 * In front of gateways at these ports of 127.0.0.1: as docs/gateway.md says it. It connects from `from`, another address of this computer, so that a
 * gateway which takes it for the caller is found out.
 */
export async function startBalancer({ targets, from }: { targets: readonly number[]; from: string }): Promise<Haproxy> {
  return await start(await freePort(), (port) => balancerText(port, targets, from))
}

async function start(port: number, textFor: (port: number) => string): Promise<Haproxy> {
  const keeper = createKeeper('haproxy')
  try {
    const config = join(keeper.folder, 'haproxy.cfg')
    writeFileSync(config, textFor(port))
    const haproxy = keeper.start('/usr/sbin/haproxy', ['-db', '-f', config])
    await eventually(`HAProxy on port ${port}`, 10_000, () => {
      if (haproxy.exitCode !== null) throw new Error(`HAProxy ended with ${haproxy.exitCode}: ${tail(join(keeper.folder, 'haproxy.log'))}`)
      return listens(port)
    })
    return { port, stop: keeper.stop }
  } catch (error) {
    await keeper.stop()
    throw error
  }
}

function relayText(port: number, target: number): string {
  return `${head}
listen relay
  bind 127.0.0.1:${port}
  server target 127.0.0.1:${target}
`
}

function balancerText(port: number, targets: readonly number[], from: string): string {
  return `${head}
listen gateways
  bind 127.0.0.1:${port}
  source ${from}
  option httpchk GET /healthz
  option redispatch
  retries 2
  default-server send-proxy-v2 check check-ssl verify none inter 500 fall 2 rise 1 on-marked-down shutdown-sessions
${targets.map((target, index) => `  server g${index + 1} 127.0.0.1:${target}`).join('\n')}
`
}

const head = `global
  nbthread 1
  maxconn 4000
defaults
  mode tcp
  timeout connect 5s
  timeout client 1h
  timeout server 1h`
