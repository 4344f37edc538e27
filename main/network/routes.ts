/** Which ways lead to an address: directly, or through the proxies that this computer is set to use (F-97). Pure. */
import { BlockList, isIP } from 'node:net'
import { NoRoute } from './faults.ts'

export type Route =
  | { kind: 'direct' }
  /** `secure`: the proxy itself is spoken to by TLS. `authorization`: its Authorization header, from the setting. */
  | { kind: 'proxy'; secure: boolean; host: string; port: number; authorization?: string }

/** In the order in which to try them. Throws NoRoute. */
export type Routes = (url: string) => Promise<readonly Route[]>

const direct: Route = { kind: 'direct' }
const defaultPorts = { http: 80, https: 443 }
const mostRoutes = 8

/**
 * What a proxy script (PAC) answers, as Chromium gives it: "PROXY a:8080; DIRECT". What cannot be used is passed over; an answer of which nothing can
 * be used is a setting to mend, and never a reason to go another way than the one that was set.
 */
export function routesOfScript(answer: string): readonly Route[] {
  const routes = answer
    .split(';', 50)
    .map((part) => routeOf(part.trim()))
    .filter((route) => route !== undefined)
  if (routes.length === 0) throw new NoRoute('proxySetting')
  return routes.slice(0, mostRoutes)
}

function routeOf(part: string): Route | undefined {
  if (/^direct$/i.test(part)) return direct
  const match = /^(?<kind>PROXY|HTTP|HTTPS)\s+(?<place>\S+)$/i.exec(part)?.groups
  if (match?.['kind'] === undefined || match['place'] === undefined) return undefined
  const scheme = match['kind'].toUpperCase() === 'HTTPS' ? 'https' : 'http'
  return proxyOf(`${scheme}://${match['place']}`)
}

/** `http_proxy` and the like (lower case counts first, as in curl). undefined when the environment says nothing of proxies. */
export function routesOfEnvironment(environment: Readonly<Record<string, string | undefined>>, url: string): readonly Route[] | undefined {
  const read = (name: string) => environment[name] ?? environment[name.toUpperCase()]
  const setting = (read('https_proxy') || read('all_proxy'))?.trim()
  if (!setting) return undefined
  if (isExempt((read('no_proxy') ?? '').split(/[\s,]+/), url)) return [direct]
  const proxy = proxyOf(setting.includes('://') ? setting : `http://${setting}`)
  if (!proxy) throw new NoRoute('proxySetting')
  return [proxy]
}

/** This computer itself is never asked for by a proxy. Entries are names with all below them, addresses, ranges, or "*"; each with a port or without. */
export function isExempt(exempt: readonly string[], url: string): boolean {
  const { hostname, port, protocol } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase()
  if (host === 'localhost' || host.endsWith('.localhost') || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))) return true
  const portOfUrl = port || String(protocol === 'http:' ? defaultPorts.http : defaultPorts.https)
  return exempt.some((entry) => covers(entry.trim().toLowerCase(), host, portOfUrl))
}

function covers(entry: string, host: string, port: string): boolean {
  if (entry === '') return false
  if (entry === '*') return true
  if (entry.includes('/')) return isInRange(entry, host)
  const match = /^(?<name>\[[^\]]+\]|[^:]+)(?::(?<port>\d+))?$/.exec(entry)?.groups
  const name = (match?.['name'] ?? entry).replace(/^\[|\]$/g, '').replace(/^\*?\./, '')
  if (match?.['port'] !== undefined && match['port'] !== port) return false
  return host === name || (isIP(host) === 0 && host.endsWith(`.${name}`))
}

function isInRange(range: string, host: string): boolean {
  const [network = '', bits = ''] = range.split('/')
  const family = isIP(network)
  if (family === 0 || family !== isIP(host) || !/^\d{1,3}$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128)) return false
  const kind = family === 4 ? 'ipv4' : 'ipv6'
  const list = new BlockList()
  list.addSubnet(network, Number(bits), kind)
  return list.check(host, kind)
}

/** undefined for what is no HTTP proxy's address, such as a SOCKS proxy's. */
export function proxyOf(text: string): Route | undefined {
  const url = URL.parse(text)
  const secure = url?.protocol === 'https:'
  if (!url || (!secure && url.protocol !== 'http:') || url.hostname === '' || (url.pathname !== '/' && url.pathname !== ''))
    return undefined
  const port = Number(url.port) || (secure ? defaultPorts.https : defaultPorts.http)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const credentials = credentialsOf(url)
  return { kind: 'proxy', secure, host, port, ...(credentials !== undefined && { authorization: credentials }) }
}

/** RFC 7617. */
function credentialsOf({ username, password }: URL): string | undefined {
  if (username === '') return undefined
  try {
    return `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`
  } catch {
    // Not percent-encoded as it has to be: as it stands.
    return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  }
}
