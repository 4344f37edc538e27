/** What the form for a machine holds, and how it becomes what main takes. */
import type { MachineDetail, MachineInput } from '../../preload/contract.ts'

/** What a Windows machine is, where that decides whether JIT can be had (INV-2). */
export const windowsKinds = ['ordinary', 'domainController', 'multiSession', 'cloudPc', 'bits32'] as const
type WindowsKind = (typeof windowsKinds)[number]
type Facts = NonNullable<MachineInput['facts']>

export interface MachineForm {
  name: string
  address: string
  os: MachineInput['os']
  site: string
  tags: string[]
  user: string
  sshPort: number | string
  rdpPort: number | string
  kind: WindowsKind
  turnOnJit: boolean
}

export const blankMachine: MachineForm = {
  name: '',
  address: '',
  os: 'linux',
  site: '',
  tags: [],
  user: '',
  sshPort: '',
  rdpPort: '',
  kind: 'ordinary',
  turnOnJit: true,
}

export function formOf(machine: MachineDetail): MachineForm {
  const { name, address, os, site, tags, user = '', sshPort = '', rdpPort = '' } = machine
  return { ...blankMachine, name, address, os, site, tags, user, sshPort, rdpPort, kind: kindOf(machine.facts) }
}

function kindOf(facts: Facts = {}): WindowsKind {
  if (facts.bits === 32) return 'bits32'
  return (['domainController', 'multiSession', 'cloudPc'] as const).find((kind) => facts[kind] === true) ?? 'ordinary'
}

/** The facts that were there, with what the form says of the kind: it asks of Windows alone. */
function withKind({ os, kind }: MachineForm, facts: Facts = {}): Facts {
  if (os !== 'windows') return facts
  const { domainController: _controller, multiSession: _session, cloudPc: _cloud, bits: _bits, ...rest } = facts
  if (kind === 'ordinary') return rest
  return kind === 'bits32' ? { ...rest, bits: 32 } : { ...rest, [kind]: true }
}

/** An empty name becomes the address, so that the shortest way to a machine is one field. Empty optional fields are left out; facts that the form does not show stay. */
export function toInput(form: MachineForm, facts?: MachineInput['facts']): MachineInput {
  const name = form.name.trim()
  const address = form.address.trim()
  const allFacts = withKind(form, facts)
  return {
    name: name === '' ? address : name,
    address,
    os: form.os,
    site: form.site.trim(),
    tags: form.tags,
    turnOnJit: form.turnOnJit,
    ...(Object.keys(allFacts).length > 0 ? { facts: allFacts } : {}),
    ...(form.user.trim() === '' ? {} : { user: form.user.trim() }),
    ...(form.sshPort === '' ? {} : { sshPort: Number(form.sshPort) }),
    ...(form.rdpPort === '' ? {} : { rdpPort: Number(form.rdpPort) }),
  }
}

/** The form's field for the path that main names ("machine.tags.0"), if it has one. */
export function fieldOf(path: string): keyof MachineForm | undefined {
  return path.split('.').find((part): part is keyof MachineForm => Object.hasOwn(blankMachine, part))
}
