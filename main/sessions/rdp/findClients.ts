/** Which desktop clients this computer has. */
import type { Client } from '../../../preload/contract.ts'
import { CallError } from '../../callError.ts'
import type { Programs } from '../../ports.ts'
import type { RdpTemplate, System } from './template.ts'
import { templates } from './templates.ts'

export interface RdpClient {
  template: RdpTemplate
  /** Absolute. */
  file: string
  /** "2.11.7", where the program tells. */
  version?: string
  notes: NonNullable<Client['notes']>
}

/** In order of preference; empty when there is none. Takes at most two seconds for each program that has to tell its version. */
export async function findClients(programs: Pick<Programs, 'find' | 'firstLine'>, system: System): Promise<RdpClient[]> {
  const candidates = templates.filter((template) => template.systems.includes(system))
  const found = await Promise.all(candidates.map((template) => findClient(programs, template)))
  return found.filter((client) => client !== undefined)
}

async function findClient(programs: Pick<Programs, 'find' | 'firstLine'>, template: RdpTemplate): Promise<RdpClient | undefined> {
  for (const name of template.programs) {
    const file = programs.find(name)
    if (file === undefined) continue
    if (!template.version) return { template, file, notes: notesOf(template) }
    const { args, pattern, major, safeFrom } = template.version
    const version = pattern.exec((await programs.firstLine(file, args)) ?? '')?.[1]
    // A program that does not tell what it is cannot be told a password in its way.
    if (version === undefined || (major !== undefined && Number.parseInt(version, 10) !== major)) continue
    return { template, file, version, notes: [...(isBefore(version, safeFrom) ? (['outdated'] as const) : []), ...notesOf(template)] }
  }
  return undefined
}

function notesOf(template: RdpTemplate): RdpClient['notes'] {
  return [
    ...(template.credentialHandover === 'stdin' ? [] : (['asksForPassword'] as const)),
    ...(template.pinsCertificate ? [] : (['asksForCertificate'] as const)),
  ]
}

function isBefore(version: string, other: string): boolean {
  const [left, right] = [version, other].map((text) => text.split('.').map(Number))
  const parts = Array.from({ length: 3 }, (_, i) => (left?.[i] ?? 0) - (right?.[i] ?? 0))
  return (parts.find((difference) => difference !== 0) ?? 0) < 0
}

/** As the window shows it: "FreeRDP 2.11.7". */
export function toClient({ template, version, notes }: RdpClient): Client {
  return { id: template.id, name: template.name, way: 'rdp', ...(version !== undefined && { version }), ...(notes.length > 0 && { notes }) }
}

/**
 * The one to use: the preferred one where it is there, else the first. Throws CallError clientMissing with the command that installs one,
 * where the system's package manager is known.
 */
export function chooseClient(clients: readonly RdpClient[], preferred: string | undefined, programs: Pick<Programs, 'find'>): RdpClient {
  const chosen = clients.find(({ template }) => template.id === preferred) ?? clients[0]
  if (chosen) return chosen
  const command = installCommands.find(([manager]) => programs.find(manager) !== undefined)?.[1]
  throw new CallError({ tag: 'clientMissing', client: 'FreeRDP', ...(command !== undefined && { command }) })
}

const installCommands: readonly [manager: string, command: string][] = [
  // Debian and Ubuntu have 2, 3 or both, by release.
  ['apt-get', "sudo apt-get install '^freerdp[23]-x11$'"],
  ['dnf', 'sudo dnf install freerdp'],
  ['zypper', 'sudo zypper install freerdp'],
  ['pacman', 'sudo pacman -S freerdp'],
]
