/** Which names a JIT admin may have (POL-4). Pure. */
import type { MachineInput } from '../api.ts'

/** `any`: the name is for every machine of a site or company, so it has to be good for all systems. */
type Os = MachineInput['os'] | 'any'

/** Built-in accounts, and the one that another product keeps for itself: taking one over would lock its owner out. Without regard to case. */
const reserved = new Set(['administrator', 'root', '~0000aeadmin'])
const longestWindows = 20
const longestLinux = 32

/** What is wrong with a user name, as a key of words; undefined: nothing. */
export function faultInUserName(name: string, os: Os): string | undefined {
  const folded = name.normalize('NFKC').trim().toLowerCase()
  if (reserved.has(folded)) return 'nameReserved'
  if (folded === '') return 'nameEmpty'
  const faults = []
  if (os === 'windows' || os === 'any') faults.push(faultOnWindows(name))
  if (os !== 'windows') faults.push(faultOnLinux(name))
  return faults.find((fault) => fault !== undefined)
}

/** "Naming conventions in Active Directory" for SAM account names. */
function faultOnWindows(name: string): string | undefined {
  if (name.length > longestWindows) return 'nameTooLong'
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused here
  if (/["/\\[\]:;|=,+*?<>@\u0000-\u001F\u007F]/.test(name)) return 'nameBadCharacter'
  return name !== name.trim() || name.endsWith('.') ? 'nameBadEnd' : undefined
}

/** useradd(8): a lower-case letter or underscore, then those, digits and hyphens. */
function faultOnLinux(name: string): string | undefined {
  if (name.length > longestLinux) return 'nameTooLong'
  return /^[a-z_][a-z0-9_-]*$/.test(name) ? undefined : 'nameBadCharacter'
}
