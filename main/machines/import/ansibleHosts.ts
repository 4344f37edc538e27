/**
 * What an Ansible inventory says, however it is written: groups in groups, hosts in groups, and variables by Ansible's own order (a group's over
 * its parents', a host's over all). Nothing is evaluated: a value with a template in it is no value. Pure.
 */
import { CallError } from '../../callError.ts'
import type { Collector } from './collector.ts'
import { expand } from './ansibleRange.ts'
import { mostEntries } from './reading.ts'

type Vars = Map<string, string>
interface Group {
  name: string
  parents: Set<string>
  vars: Vars
}
interface Host {
  line: number
  groups: Set<string>
  vars: Vars
}

export interface Inventory {
  group(name: string): Group
  /** `pattern` may be a range ("web[01:50]") and end in a port. */
  addHosts(pattern: string, group: string, vars: ReadonlyMap<string, string>, line: number): void
  setVar(vars: Vars, name: string, value: string): void
  /** Hands all hosts over. */
  finish(): void
}

const taken = new Set(['ansible_host', 'ansible_port', 'ansible_user', 'ansible_connection'])
/** Names of before Ansible 2. */
const older: Readonly<Record<string, string>> = {
  ansible_ssh_host: 'ansible_host',
  ansible_ssh_port: 'ansible_port',
  ansible_ssh_user: 'ansible_user',
}
const secret = /(^|_)(pass|password|passwd|secret|token|api_key)$/i
const notGroups = new Set(['all', 'ungrouped'])
const mostDepth = 50

export function createAnsibleInventory(collector: Collector): Inventory {
  const groups = new Map<string, Group>()
  const hosts = new Map<string, Host>()
  const lineages = new Map<string, readonly Group[]>()
  const inheritances = new Map<string, ReturnType<typeof inherited>>()

  function group(name: string): Group {
    const known = groups.get(name)
    if (known) return known
    const made = { name, parents: new Set<string>(), vars: new Map<string, string>() }
    groups.set(name, made)
    return made
  }

  /** The group and all that it is in, the outermost first. A group inside itself is refused by Ansible, and cut here. */
  function lineage(name: string, within: readonly string[] = []): readonly Group[] {
    const known = lineages.get(name)
    if (known) return known
    if (within.includes(name) || within.length > mostDepth) return []
    const own = group(name)
    const above = new Set([...own.parents].flatMap((parent) => lineage(parent, [...within, name])))
    const all = [...above, own]
    if (within.length === 0) lineages.set(name, all)
    return all
  }

  /** What hosts have of these groups; the same for all hosts that are in the same ones. */
  function inherited(direct: ReadonlySet<string>): { vars: Vars; names: string[] } {
    const key = [...direct].join('\n')
    const known = inheritances.get(key)
    if (known) return known
    const above = new Set([...direct].flatMap((each) => lineage(each)))
    const vars = new Map<string, string>(groups.get('all')?.vars)
    for (const each of above) if (each.name !== 'all') for (const [name, value] of each.vars) vars.set(name, value)
    const made = { vars, names: [...above].map((each) => each.name).filter((each) => !notGroups.has(each)) }
    inheritances.set(key, made)
    return made
  }

  return {
    group,
    addHosts(pattern, groupName, vars, line) {
      const names = expand(pattern)
      if (!names) return collector.leaveOut(line, pattern, 'badRange')
      for (const { name, port } of names) {
        const known = hosts.get(name)
        if (!known && hosts.size >= mostEntries) throw new CallError({ tag: 'badFile', line, problem: 'tooManyEntries' })
        const host = known ?? { line, groups: new Set<string>(), vars: new Map<string, string>() }
        if (!known) hosts.set(name, host)
        host.groups.add(groupName)
        if (port !== undefined) host.vars.set('ansible_port', port)
        for (const [key, value] of vars) host.vars.set(key, value)
      }
    },
    setVar(vars, written, value) {
      const name = Object.hasOwn(older, written) ? (older[written] ?? written) : written
      if (secret.test(name)) collector.countSecret()
      else if (taken.has(name)) vars.set(name, value)
      else collector.drop(name)
    },
    finish() {
      for (const [name, { line, groups: direct, vars }] of hosts) {
        const above = inherited(direct)
        const value = (key: string) => vars.get(key) ?? above.vars.get(key)
        const connection = value('ansible_connection') ?? 'ssh'
        if (connection === 'local') {
          collector.leaveOut(line, name, 'thisComputer')
          continue
        }
        const isWindows = /^(winrm|psrp)$/i.test(connection)
        if (!isWindows && !/^(ssh|smart|paramiko|paramiko_ssh)$/i.test(connection)) {
          collector.leaveOut(line, `${name} ${connection}`, 'otherProtocol')
          continue
        }
        collector.add({
          line,
          name,
          address: value('ansible_host') ?? name,
          os: isWindows ? 'windows' : 'linux',
          // A port of WinRM is none that a session is opened through.
          ...(!isWindows && { way: 'ssh' as const, port: value('ansible_port') ?? '' }),
          user: value('ansible_user') ?? '',
          groups: above.names,
        })
      }
    },
  }
}
