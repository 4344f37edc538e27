/** Import with a dry run: what a file would bring is read and shown, and nothing is changed until the person says what of it (INV-6). */
import type { ImportGroups, ImportRow, MachineInput } from '../../../preload/contract.ts'
import { CallError } from '../../callError.ts'
import type { HandlersOf } from '../../dispatch.ts'
import type { StoredMachines } from '../../localStore.ts'
import { createDrafts, type Draft } from './drafts.ts'
import { ownSshConfig } from './ownSshConfig.ts'
import { placed, toMachineInput } from './placing.ts'
import type { FoundMachine, ReadImport, Reading } from './reading.ts'

export interface Imports {
  readonly handlers: Pick<
    HandlersOf<'machines'>,
    | 'machines.sendImport'
    | 'machines.previewImport'
    | 'machines.importRows'
    | 'machines.import'
    | 'machines.undoImport'
    | 'machines.dropImport'
  >
  /** Machines came or went: what was known of a preview's fates is void. */
  forgetKnown(): void
}

export interface ImportsDeps {
  home: string
  read: ReadImport
  areKnown: StoredMachines['areKnown']
  /** The gateway that machines would be added to. Throws CallError notFound or notAllowed. */
  gatewayOf: (gatewayId: string | undefined) => string
  /** All or none. Existing ones are `known`. */
  add: (machines: readonly MachineInput[], gatewayId: string | undefined) => Promise<{ machineId: string; known: boolean }[]>
  remove: (machineIds: readonly string[]) => Promise<void>
}

/** As many machines, and bytes of them, as a gateway adds in one change (gateway/api.ts): more would be no whole any more. */
const mostAtOnce = 50_000
const mostBytesAtOnce = 20_000_000
/** As many ids as a gateway takes at once. */
const removedAtOnce = 1000

export function createImports({ home, read, areKnown, gatewayOf, add, remove }: ImportsDeps): Imports {
  const drafts = createDrafts()

  /** What the provider takes for the same machine is known (F-43). */
  async function knownIn(draft: Draft, reading: Reading, gatewayId: string): Promise<Uint8Array> {
    if (draft.known?.gatewayId === gatewayId) return draft.known.flags
    const asked = reading.machines.map(({ name, address }) => ({ name, address }))
    const flags = Uint8Array.from(await areKnown(gatewayId, asked), Number)
    draft.known = { gatewayId, flags }
    return flags
  }

  return {
    forgetKnown: () => drafts.forgetKnown(),
    handlers: {
      'machines.sendImport'({ importId, data }) {
        drafts.append(importId, Buffer.from(data, 'base64'))
        return {}
      },
      async 'machines.previewImport'({ importId, name, format, password, table }) {
        const draft = drafts.open(importId)
        const isOwn = draft.parts.length === 0
        draft.name = isOwn ? ownSshConfig(home) : (name ?? '')
        delete draft.known
        delete draft.reading
        const reading = await read({
          home,
          ...(!isOwn && { file: { name: draft.name, bytes: Buffer.concat(draft.parts) } }),
          ...(format && { format }),
          ...(password !== undefined && { password }),
          ...(table && { table }),
        })
        draft.reading = reading
        draft.order = orderOf(reading)
        const { format: found, asks, secrets, dropped, table: columns } = reading
        return {
          source: draft.name,
          format: found,
          machines: reading.machines.length,
          secrets,
          dropped,
          unknownSystems: reading.machines.filter(({ os }) => os === undefined).length,
          ...(asks && { asks }),
          ...(columns && { table: columns }),
        }
      },
      async 'machines.importRows'({ importId, gatewayId, groups, show, offset, limit }) {
        const draft = drafts.get(importId)
        const reading = readingOf(draft)
        const flags = await knownIn(draft, reading, gatewayOf(gatewayId))
        const order = draft.order ?? new Int32Array()
        const places = show === 'all' ? order : order.filter((place) => fateOf(place, flags) === show)
        const known = flags.reduce((sum, flag) => sum + flag, 0)
        return {
          counts: { new: flags.length - known, known, leftOut: reading.leftOut.length },
          total: places.length,
          rows: [...places.subarray(offset, offset + limit)].map((place) => toRow(reading, place, flags, groups)),
        }
      },
      async 'machines.import'({ importId, gatewayId, groups, site, os, turnOnJit, chosen }) {
        const draft = drafts.get(importId)
        const reading = readingOf(draft)
        const flags = await knownIn(draft, reading, gatewayOf(gatewayId))
        const except = new Set(chosen.except)
        // What is there already is left as it is, so nothing is lost by not asking for it.
        const wanted = reading.machines.filter((_, index) => flags[index] === 0 && (chosen.from === 'new') !== except.has(index))
        if (wanted.length === 0) throw new CallError({ tag: 'invalidInput', field: 'chosen', problem: 'tooSmall' })
        const inputs = firstOf(wanted.map((machine) => toMachineInput(machine, { groups, site, os, turnOnJit })))
        const added = await add(inputs, gatewayId)
        delete draft.known
        draft.added = [...draft.added, ...added.filter(({ known }) => !known).map(({ machineId }) => machineId)]
        const known = added.filter((machine) => machine.known).length
        return { added: added.length - known, known, left: wanted.length - inputs.length }
      },
      async 'machines.undoImport'({ importId }) {
        const draft = drafts.get(importId)
        let removed = 0
        while (draft.added.length > 0) {
          const some = draft.added.slice(0, removedAtOnce)
          await remove(some)
          // What is gone is not asked for again when the next ones could not be removed.
          draft.added = draft.added.slice(some.length)
          removed += some.length
        }
        return { removed }
      },
      'machines.dropImport'({ importId }) {
        drafts.drop(importId)
        return {}
      },
    },
  }
}

function readingOf(draft: Draft): Reading {
  if (!draft.reading) throw new CallError({ tag: 'notFound', what: 'import' })
  return draft.reading
}

function firstOf(machines: readonly MachineInput[]): readonly MachineInput[] {
  let bytes = 0
  const end = machines.findIndex((machine, index) => {
    bytes += Buffer.byteLength(JSON.stringify(machine))
    return index >= mostAtOnce || bytes > mostBytesAtOnce
  })
  return end === -1 ? machines : machines.slice(0, end)
}

/** Both lists are in the file's order already. */
function orderOf({ machines, leftOut }: Reading): Int32Array {
  const order = new Int32Array(machines.length + leftOut.length)
  const byLine = [...machines.keys()].sort((one, other) => (machines[one]?.line ?? 0) - (machines[other]?.line ?? 0))
  let at = 0
  let next = 0
  for (const index of byLine) {
    const line = machines[index]?.line ?? 0
    for (; (leftOut[next]?.line ?? Number.POSITIVE_INFINITY) < line; next += 1) order[at++] = -1 - next
    order[at++] = index
  }
  for (; next < leftOut.length; next += 1) order[at++] = -1 - next
  return order
}

function fateOf(place: number, known: Uint8Array): ImportRow['fate'] {
  return place < 0 ? 'leftOut' : known[place] === 1 ? 'known' : 'new'
}

function toRow({ machines, leftOut }: Reading, place: number, known: Uint8Array, groups: ImportGroups): ImportRow {
  const left = leftOut[-1 - place]
  if (left) return { ...left, fate: 'leftOut' }
  const machine: FoundMachine | undefined = machines[place]
  if (!machine) throw new RangeError('a place that is none')
  const { line, name, address, os, port, user, ignored } = machine
  return {
    index: place,
    line,
    name,
    address,
    ...placed(machine, groups),
    ...(os && { os }),
    ...(port !== undefined && { port }),
    ...(user !== undefined && { user }),
    fate: known[place] === 1 ? 'known' : 'new',
    ignored,
  }
}
