/** What the form for a machine holds, and how it becomes what main takes. */
import type { MachineDetail, MachineInput } from '../../preload/contract.ts'

export interface MachineForm {
  name: string
  address: string
  os: MachineInput['os']
  site: string
  tags: string[]
  user: string
  sshPort: number | string
  rdpPort: number | string
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
  turnOnJit: true,
}

export function formOf(machine: MachineDetail): MachineForm {
  const { name, address, os, site, tags, user = '', sshPort = '', rdpPort = '' } = machine
  return { ...blankMachine, name, address, os, site, tags, user, sshPort, rdpPort }
}

/** An empty name becomes the address, so that the shortest way to a machine is one field. Empty optional fields are left out; facts that the form does not show stay. */
export function toInput(form: MachineForm, facts?: MachineInput['facts']): MachineInput {
  const name = form.name.trim()
  const address = form.address.trim()
  return {
    name: name === '' ? address : name,
    address,
    os: form.os,
    site: form.site.trim(),
    tags: form.tags,
    turnOnJit: form.turnOnJit,
    ...(facts ? { facts } : {}),
    ...(form.user.trim() === '' ? {} : { user: form.user.trim() }),
    ...(form.sshPort === '' ? {} : { sshPort: Number(form.sshPort) }),
    ...(form.rdpPort === '' ? {} : { rdpPort: Number(form.rdpPort) }),
  }
}

/** The form's field for the path that main names ("machine.tags.0"), if it has one. */
export function fieldOf(path: string): keyof MachineForm | undefined {
  return path.split('.').find((part): part is keyof MachineForm => Object.hasOwn(blankMachine, part))
}
