/** A private session bus with a real Secret Service (gnome-keyring) on it, or with none: what a desktop session gives to a program. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createKeeper, eventually, type Keeper, run, tail } from './keeper.ts'

export interface Keyring {
  /** What a child needs in its environment to find this bus and keyring and no other. */
  env: Record<string, string>
  home: string
  /** Locks the keyring as a desktop does at its own will: nobody is there who could answer the prompt to unlock. */
  lock(): Promise<void>
  stop: () => Promise<void>
}

/**
 * Starts bus and keyring. The keyring "login" is there and open, or (`locked`) there and shut. With `home` an earlier part's keyring is
 * used again and outlives this one; without it the home goes with the part.
 */
export async function startKeyring({ locked = false, home }: { locked?: boolean; home?: string } = {}): Promise<Keyring> {
  const keeper = createKeeper('keyring')
  try {
    const session = await startBus(keeper, home)
    await startDaemon(keeper, session.env)
    const lock = async () => {
      await callService(session.env, 'Lock', ['array:objpath:/org/freedesktop/secrets/collection/login'])
    }
    if (locked) await lock()
    return { ...session, lock, stop: keeper.stop }
  } catch (error) {
    await keeper.stop()
    throw error
  }
}

/** A session bus on which nobody keeps secrets, and which can start nobody who would. */
export async function startBusWithoutService(): Promise<Omit<Keyring, 'lock'>> {
  const keeper = createKeeper('bus')
  try {
    return { ...(await startBus(keeper)), stop: keeper.stop }
  } catch (error) {
    await keeper.stop()
    throw error
  }
}

async function startBus(keeper: Keeper, givenHome?: string): Promise<{ env: Record<string, string>; home: string }> {
  const home = givenHome ?? join(keeper.folder, 'home')
  const runtime = join(keeper.folder, 'run')
  const data = join(home, '.local/share')
  for (const folder of [home, runtime, data]) mkdirSync(folder, { recursive: true, mode: 0o700 })
  const config = join(keeper.folder, 'bus.conf')
  // No service folders: the bus starts nobody by itself, neither another keyring nor a prompter.
  writeFileSync(
    config,
    `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=${runtime}/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`,
  )
  const env = {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    LANG: 'C.UTF-8',
    HOME: home,
    XDG_DATA_HOME: data,
    XDG_RUNTIME_DIR: runtime,
    DBUS_SESSION_BUS_ADDRESS: `unix:path=${runtime}/bus`,
  }
  const bus = keeper.start('dbus-daemon', ['--config-file', config, '--nofork', '--nopidfile'], { env })
  await eventually('the session bus', 10_000, async () => {
    if (bus.exitCode !== null) throw new Error(`dbus-daemon ended with ${bus.exitCode}: ${tail(join(keeper.folder, 'dbus-daemon.log'))}`)
    return callBus(env, 'GetId', []).then(
      () => true,
      () => false,
    )
  })
  return { env, home }
}

async function startDaemon(keeper: Keeper, env: Record<string, string>): Promise<void> {
  const daemon = keeper.start('gnome-keyring-daemon', ['--foreground', '--unlock', '--components=secrets'], {
    env,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  // The daemon reads the keyring's password to the end of its stdin, and makes the keyring "login" if there is none yet.
  daemon.stdin?.end('test')
  await eventually('the Secret Service', 10_000, async () => {
    if (daemon.exitCode !== null) throw new Error(`gnome-keyring-daemon ended with ${daemon.exitCode}`)
    if (!(await callBus(env, 'NameHasOwner', ['string:org.freedesktop.secrets'])).includes('true')) return false
    return (await callService(env, 'ReadAlias', ['string:default'])).includes('/login')
  })
}

async function callBus(env: Record<string, string>, method: string, args: string[]): Promise<string> {
  return await send(env, 'org.freedesktop.DBus', '/org/freedesktop/DBus', `org.freedesktop.DBus.${method}`, args)
}

async function callService(env: Record<string, string>, method: string, args: string[]): Promise<string> {
  return await send(env, 'org.freedesktop.secrets', '/org/freedesktop/secrets', `org.freedesktop.Secret.Service.${method}`, args)
}

async function send(env: Record<string, string>, service: string, object: string, method: string, args: string[]): Promise<string> {
  return await run('dbus-send', ['--session', '--print-reply', `--dest=${service}`, object, method, ...args], '', env)
}
