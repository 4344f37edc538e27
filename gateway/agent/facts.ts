/** What the agent tells its gateway of the machine. */
import { readdir } from 'node:fs/promises'
import { hostname, networkInterfaces } from 'node:os'
import { join } from 'node:path'
import type { AgentReport } from '../contract/challenges.ts'
import { readText } from './files.ts'
import type { Places } from './places.ts'
import type { Run } from './programs.ts'

/** Gateways take a machine without 2.8 of an agent for too old (SPEC INV-2); ours begin above it. */
export const agentVersion = '3.0.0'

type Facts = Pick<AgentReport, 'hostName' | 'os' | 'osVersion' | 'agentVersion' | 'addresses' | 'hostKeys' | 'signedIn'>

export async function gatherFacts(places: Places, run: Run): Promise<Facts> {
  return {
    hostName: hostname().slice(0, 200),
    os: 'linux',
    osVersion: readOsName((await readText(`${places.root}/etc/os-release`)) ?? '').slice(0, 50),
    agentVersion,
    addresses: Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, scopeid }) => !internal && !scopeid)
      .map(({ address }) => address)
      .slice(0, 64),
    hostKeys: await readHostKeys(`${places.root}/etc/ssh`),
    signedIn: readSignedIn((await run('who', [])).out).slice(0, 64),
  }
}

/** os-release(5): "Debian GNU/Linux 12 (bookworm)". */
export function readOsName(text: string): string {
  return /^PRETTY_NAME=(["']?)(.*)\1$/m.exec(text)?.[2]?.replaceAll('\\', '') ?? 'Linux'
}

/** who(1): "alice  pts/0  Nov 22 11:30 (10.0.0.1)", and with 2026-11-22 in other locales. */
export function readSignedIn(text: string): AgentReport['signedIn'] {
  return text.split('\n').flatMap((line) => {
    const [, user, terminal, from] = /^(\S+)\s+(\S+)\s+(?:\w{3}\s+\d+|\d{4}-\d\d-\d\d)\s+\d\d:\d\d(?:\s+\((.*)\))?\s*$/.exec(line) ?? []
    if (user === undefined || terminal === undefined) return []
    return [{ user: user.slice(0, 64), terminal: terminal.slice(0, 64), ...(from !== undefined && { from: from.slice(0, 253) }) }]
  })
}

async function readHostKeys(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  const texts = await Promise.all(names.filter((name) => /^ssh_host_\w+_key\.pub$/.test(name)).map((name) => readText(join(folder, name))))
  return texts
    .flatMap((text) => (text ? [text.split(' ').slice(0, 2).join(' ').trim()] : []))
    .filter((key) => /^[\w@.-]+ [\w+/=]+$/.test(key))
}
