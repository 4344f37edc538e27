/** A real HAProxy as a TCP relay: what our own relay is measured against. */
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
  const keeper = createKeeper('haproxy')
  try {
    const port = listen ?? (await freePort())
    const config = join(keeper.folder, 'haproxy.cfg')
    writeFileSync(config, configText(port, target))
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

function configText(port: number, target: number): string {
  return `global
  nbthread 1
  maxconn 4000
defaults
  mode tcp
  timeout connect 5s
  timeout client 1h
  timeout server 1h
listen relay
  bind 127.0.0.1:${port}
  server target 127.0.0.1:${target}
`
}
