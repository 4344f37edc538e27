/** The machine calls of the window, and what a connect needs to know of a machine. */
import type { Input, MachineInput, MachineRow } from '../../preload/contract.ts'
import { CallError } from '../callError.ts'
import type { HandlersOf } from '../dispatch.ts'
import { byProvider, qualify, type Providers } from '../providers/ids.ts'
import type { ConsoleEvent, Provider } from '../providers/provider.ts'
import type { MachinesForSessions } from '../sessions/needs.ts'
import { createAgentCalls } from './agents.ts'
import type { FoundMachine, StoredMachines } from '../localStore.ts'
import { toRow, waysOf } from './machine.ts'
import type { MachineNames } from './names.ts'
import type { OwnMachinesStore } from './own.ts'
import type { Pins } from './pins.ts'
import type { SshConfigImport } from './sshConfigImport.ts'
import type { Sync } from './sync.ts'

export interface Machines {
  readonly forSessions: MachinesForSessions
  readonly handlers: HandlersOf<'machines'>
}

export function createMachines(deps: {
  providers: Providers
  store: StoredMachines
  own: OwnMachinesStore
  names: Pick<MachineNames, 'learn'>
  sync: Sync
  pins: Pins
  sshConfig: SshConfigImport
  choices: Pick<MachinesForSessions, 'choices' | 'choose'>
  ownGrant: (machineId: string) => MachineRow['ownGrant']
  record: (event: ConsoleEvent) => Promise<void>
  changed: () => void
}): Machines {
  const { providers, store, own, names, sync, pins, sshConfig, choices, ownGrant, record, changed } = deps

  async function find(machineId: string): Promise<FoundMachine> {
    const [found] = await store.get([machineId])
    if (!found) throw new CallError({ tag: 'notFound', what: 'machine' })
    names.learn(machineId, found.machine.name)
    return found
  }

  /** A gateway that was just left may still have machines in the list. */
  const nameOfProvider = (providerId: string) => providers.all.find(({ id }) => id === providerId)?.name ?? providerId

  function rowOf({ providerId, machine, nameIsShared, hits }: FoundMachine): MachineRow {
    const row = toRow({ id: providerId, name: nameOfProvider(providerId) }, machine)
    const grant = ownGrant(row.id)
    const user = userOf(row.id, machine.user)
    return {
      ...row,
      nameIsShared,
      ...(user !== undefined && { user }),
      ...(hits && { hits }),
      ...(own.isFavourite(row.id) && { favourite: true as const }),
      ...(grant && { ownGrant: grant }),
    }
  }

  const userOf = (machineId: string, suggested: string | undefined) => choices.choices(machineId).user ?? suggested

  function toSelection({ tab, search, filter, scope }: Input<'machines.facets'>) {
    const only = own.only(scope)
    return { tab, search, filter: filter ?? {}, ...(only && { only }) }
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

  return {
    forSessions: {
      async get(machineId) {
        const { machine } = await find(machineId)
        const { name, address, os, sshPort, rdpPort, rules, unsupportedReason, allowed } = machine
        const user = userOf(machineId, machine.user)
        return {
          machineId,
          name,
          address,
          os,
          sshPort,
          rdpPort,
          rules,
          ways: waysOf(machine),
          ...(user !== undefined && { user }),
          ...(unsupportedReason && { unsupportedReason }),
          ...(allowed && { allowed }),
        }
      },
      used: (machineId) => own.used(machineId),
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
      ...own.handlers,
      async 'machines.list'({ sort, descending, offset, limit, ...selection }) {
        const [slice, asOf] = await Promise.all([store.list(toSelection(selection), { sort, descending, offset, limit }), sync.asOf()])
        return {
          total: slice.total,
          counts: slice.counts,
          rows: slice.machines.map(rowOf),
          ...(slice.near && { near: true as const }),
          ...(asOf !== undefined && { asOf }),
        }
      },
      async 'machines.facets'({ narrow, ...selection }) {
        const { gateways, ...others } = await store.facets(toSelection(selection), narrow)
        return {
          ...others,
          gateways: { ...gateways, values: gateways.values.map((each) => ({ ...each, label: nameOfProvider(each.value) })) },
        }
      },
      async 'machines.sources'() {
        return { sources: await sync.sources() }
      },
      async 'machines.refresh'() {
        // Who cannot be reached is told by machines.sources.
        await Promise.allSettled(providers.all.map(({ id }) => sync.now(id)))
        return {}
      },
      async 'machines.decideHeld'({ gatewayId, decision }) {
        await store.decideHeld(gatewayId, decision)
        changed()
        return {}
      },
      async 'machines.get'({ machineId }) {
        const found = await find(machineId)
        const { agent, rules, rulesFrom, approval, gate, addedAt, osVersion, sshPort, rdpPort, facts } = found.machine
        return {
          ...rowOf(found),
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
        for (const [provider, ids] of byProvider(providers, machineIds)) {
          if (!provider.removeMachines) throw cannot()
          sync.expect(provider.id, ids)
          await provider.removeMachines(ids)
          await sync.now(provider.id)
        }
        await Promise.all([pins.forget(machineIds), own.forget(machineIds)])
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
      'machines.previewSshConfig': ({ text, name }) => sshConfig.preview(text, name),
      async 'machines.importSshConfig'({ entries, site, turnOnJit, gatewayId }) {
        const machines = entries.map((entry) => ({ ...sshConfig.toMachine(entry), site, turnOnJit }))
        const added = await add(machines, gatewayId)
        const known = added.filter((machine) => machine.known).length
        return { added: added.length - known, known }
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
