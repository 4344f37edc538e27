/**
 * The proxies that this computer is set to use (F-97): by environment variables where there are any, else as the desktop has it. Electron knows that on
 * each system, and runs proxy scripts (PAC); elsewhere GNOME's setting is read on Linux, and a script is a setting that cannot be used.
 */
import { NoRoute } from '../network/faults.ts'
import { isExempt, proxyOf, routesOfEnvironment, routesOfScript, type Route, type Routes } from '../network/routes.ts'
import type { Programs } from '../ports.ts'

const direct: readonly Route[] = [{ kind: 'direct' }]
/** Programs are started to know it, and connections are made in bursts. */
const rememberMs = 5000

export function createSystemRoutes(world: {
  environment: Readonly<Record<string, string | undefined>>
  programs: Pick<Programs, 'find' | 'firstLine'>
  /** Electron's `session.resolveProxy`. */
  resolveProxy?: (url: string) => Promise<string>
  platform?: NodeJS.Platform
}): Routes {
  const { environment, programs, resolveProxy, platform = process.platform } = world
  let gnome: { readonly asked: Promise<GnomeSetting>; readonly at: number } | undefined

  function gnomeSetting(file: string): Promise<GnomeSetting> {
    if (!gnome || performance.now() - gnome.at > rememberMs) gnome = { asked: readGnome(file, programs), at: performance.now() }
    return gnome.asked
  }

  return async (url) => {
    const told = routesOfEnvironment(environment, url)
    if (told) return told
    if (resolveProxy) return routesOfScript(await resolveProxy(url).catch((cause: unknown) => unusable(cause)))
    const gsettings = platform === 'linux' ? programs.find('gsettings') : undefined
    return gsettings === undefined ? direct : routesOfGnome(await gnomeSetting(gsettings), url)
  }
}

function unusable(cause?: unknown): never {
  throw new NoRoute('proxySetting', { cause })
}

interface GnomeSetting {
  mode: string
  hosts: string[]
  ignored: string[]
}

/** Pure. As GNOME writes its settings: quoted texts, numbers, and lists of texts. */
export function routesOfGnome({ mode, hosts, ignored }: GnomeSetting, url: string): readonly Route[] {
  if (mode === 'auto') return unusable()
  const place = hosts.find((host) => !/^(?:|:\d+)$/.test(host))
  if (mode !== 'manual' || place === undefined || isExempt(ignored, url)) return direct
  const proxy = proxyOf(`http://${place}`)
  return proxy ? [proxy] : unusable()
}

async function readGnome(file: string, { firstLine }: Pick<Programs, 'firstLine'>): Promise<GnomeSetting> {
  const read = async (schema: string, key: string) => (await firstLine(file, ['get', `org.gnome.system.proxy${schema}`, key])) ?? ''
  const mode = textOf(await read('', 'mode'))
  if (mode !== 'manual') return { mode, hosts: [], ignored: [] }
  const hostOf = async (schema: string) => `${textOf(await read(schema, 'host'))}:${await read(schema, 'port')}`
  const ignored = [...(await read('', 'ignore-hosts')).matchAll(/'([^']*)'/g)].map((match) => match[1] ?? '')
  return { mode, hosts: [await hostOf('.https'), await hostOf('.http')], ignored }
}

/** A text as GNOME quotes it; a complaint instead of a setting is none. */
function textOf(line: string): string {
  return /^'([^']*)'$/.exec(line.trim())?.[1] ?? ''
}
