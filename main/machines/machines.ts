/** The machine calls of the window, and what a connect needs to know of a machine. */
import type { MachineInput, MachineRow } from '../../preload/contract.ts'
import { CallError } from '../callError.ts'
import type { HandlersOf } from '../dispatch.ts'
import { byProvider, qualify, type Providers } from '../providers/ids.ts'
import type { ConsoleEvent, Provider } from '../providers/provider.ts'
import type { MachinesForSessions } from '../sessions/needs.ts'
import { createAgentCalls } from './agents.ts'
import type { Inventory } from './inventory.ts'
import type { Entry } from './machine.ts'
import type { Pins } from './pins.ts'
import { createImports } from './import/imports.ts'
import type { ReadImport } from './import/reading.ts'
import type { Sync } from './sync.ts'

export interface Machines {
  readonly forSessions: MachinesForSessions
  readonly handlers: HandlersOf<'machines'>
  /** The list of machines is another one now. */
  changed(): void
}

export function createMachines(deps: {
  providers: Providers
  inventory: Inventory
  sync: Sync
  pins: Pins
  home: string
  readImport: ReadImport
  choices: Pick<MachinesForSessions, 'choices' | 'choose'>
  ownGrant: (machineId: string) => MachineRow['ownGrant']
  record: (event: ConsoleEvent) => Promise<void>
  changed: () => void
}): Machines {
  const { providers, inventory, sync, pins, choices, ownGrant, record, changed } = deps

  function find(machineId: string): Entry {
    const entry = inventory.get(machineId)
    if (!entry) throw new CallError({ tag: 'notFound', what: 'machine' })
    return entry
  }

  function toRow(entry: Entry): MachineRow {
    const own = ownGrant(entry.row.id)
    return { ...entry.row, nameIsShared: inventory.isNameShared(entry), ...(own && { ownGrant: own }) }
  }

  function userOf(entry: Entry): string | undefined {
    return choices.choices(entry.row.id).user ?? entry.machine.user
  }

  /** Where machines are added by hand: the one that was chosen, else the first provider that takes any. */
  function home(gatewayId: string | undefined): Provider & Required<Pick<Provider, 'addMachines'>> {
    if (gatewayId !== undefined && !providers.all.some(({ id }) => id === gatewayId))
      throw new CallError({ tag: 'notFound', what: 'gateway' })
    const chosen = providers.all.filter(({ id }) => gatewayId === undefined || id === gatewayId)
    for (const provider of chosen) if (canAdd(provider)) return provider
    throw cannot()
  }

  async function add(machines: readonly MachineInput[], gatewayId: string | undefined): Promise<{ machineId: string; known: boolean }[]> {
    const provider = home(gatewayId)
    const added = await provider.addMachines(
      machines.map(({ turnOnJit, ...machine }) => ({ ...machine, ...(turnOnJit && { rules: 'defaults' }) })),
    )
    // The technician sees at once what was added, not when the bell has been round.
    await sync.now(provider.id)
    return added.map(({ id, known }) => ({ machineId: qualify(provider, id), known }))
  }

  async function remove(machineIds: readonly string[]): Promise<void> {
    for (const [provider, ids] of byProvider(providers, machineIds)) {
      if (!provider.removeMachines) throw cannot()
      await provider.removeMachines(ids)
      await sync.now(provider.id)
    }
    await pins.forget(machineIds)
  }

  const imports = createImports({
    home: deps.home,
    read: deps.readImport,
    machines: () => inventory.all(),
    gatewayOf: (gatewayId) => home(gatewayId).id,
    add,
    remove,
  })

  return {
    changed: () => imports.forgetKnown(),
    forSessions: {
      get(machineId) {
        const entry = find(machineId)
        const { name, address, os, sshPort, rdpPort, rules, unsupportedReason, allowed } = entry.machine
        const user = userOf(entry)
        return {
          machineId,
          name,
          address,
          os,
          sshPort,
          rdpPort,
          rules,
          ways: entry.row.ways,
          ...(user !== undefined && { user }),
          ...(unsupportedReason && { unsupportedReason }),
          ...(allowed && { allowed }),
        }
      },
      hostKeys: (machineId) => pins.hostKeys(machineId),
      certificates: (machineId) => pins.certificates(machineId),
      async pinHostKey(machineId, key) {
        await pins.pinHostKey(machineId, key)
        changed()
      },
      async pinCertificate(machineId, fingerprint) {
        await pins.pinCertificate(machineId, fingerprint)
        changed()
      },
      choices: (machineId) => choices.choices(machineId),
      choose: (machineId, chosen) => choices.choose(machineId, chosen),
    },
    handlers: {
      ...createAgentCalls(providers),
      ...imports.handlers,
      'machines.list'(query) {
        const slice = inventory.slice(query)
        const asOf = sync.asOf()
        return { total: slice.total, counts: slice.counts, rows: slice.entries.map(toRow), ...(asOf !== undefined && { asOf }) }
      },
      'machines.get'({ machineId }) {
        const entry = find(machineId)
        const { agent, rules, rulesFrom, approval, gate, addedAt, osVersion, sshPort, rdpPort, facts } = entry.machine
        const user = userOf(entry)
        return {
          ...toRow(entry),
          rules,
          gate,
          addedAt,
          sshPort,
          rdpPort,
          facts,
          ...(osVersion !== undefined && { osVersion }),
          ...(rulesFrom && { rulesFrom }),
          ...(approval && { approval }),
          ...(agent && { agent }),
          hostKeys: pins.hostKeys(machineId).map(({ algorithm, fingerprint, pinnedAt }) => ({ algorithm, fingerprint, pinnedAt })),
          certificates: pins.certificates(machineId),
          ...(user !== undefined && { user }),
        }
      },
      async 'machines.add'({ gatewayId, ...machine }) {
        const [added] = await add([machine], gatewayId).catch((error: unknown) => {
          throw ofOneMachine(error)
        })
        if (!added || added.known) throw new CallError({ tag: 'conflict', what: 'machine' })
        return { machineId: added.machineId }
      },
      async 'machines.change'({ machineId, machine }) {
        const { provider, id } = providers.of(machineId, 'machine')
        if (!provider.changeMachine) throw cannot()
        await provider.changeMachine(id, machine)
        await sync.now(provider.id)
        return {}
      },
      async 'machines.remove'({ machineIds }) {
        await remove(machineIds)
        return {}
      },
      async 'machines.unpin'({ machineId, fingerprint }) {
        const kind = await pins.unpin(machineId, fingerprint)
        // Nothing is pinned under it: what was asked for is already so.
        if (!kind) return {}
        await record({ action: `${kind}.unpinned`, outcome: 'ok', machineId, detail: { fingerprint } })
        changed()
        return {}
      },
    },
  }
}

/** The provider names the first of a list; the window has entered only one. */
function ofOneMachine(error: unknown): unknown {
  if (!(error instanceof CallError) || error.failure.tag !== 'invalidInput') return error
  return new CallError({ ...error.failure, field: error.failure.field.replace(/^machines\.0\./, '') }, { cause: error })
}

function canAdd(provider: Provider): provider is Provider & Required<Pick<Provider, 'addMachines'>> {
  return provider.addMachines !== undefined
}

function cannot(): CallError {
  return new CallError({ tag: 'notAllowed', part: 'permission', allowed: '' })
}
