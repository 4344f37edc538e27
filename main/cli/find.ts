/** Finds what a person named: a machine by its name or id, a grant by its id or its machine, a gateway by its name or id. */
import type { Gateway, Grant, MachineRow } from '../../preload/contract.ts'
import { Refused } from './context.ts'
import { until, type Door } from './door.ts'
import { exitCodes } from './exitCodes.ts'
import { plain } from './output.ts'
import type { Terminal } from './terminal.ts'

const tabs = ['configured', 'notConfigured', 'unsupported'] as const
const pageSize = 200
/** A gateway that is out of reach must not keep the others' machines from being used. */
const readPatienceMs = 10_000

/** Resolves when the list of machines has been read, or with a word to the person when not all of it could be. */
export async function untilRead(door: Door, { stopped, say }: Pick<Terminal, 'stopped' | 'say'>): Promise<void> {
  const patience = AbortSignal.timeout(readPatienceMs)
  const read = until(door, 'machines', AbortSignal.any([stopped, patience]), async () => {
    // What is kept from before is there at once; what counts is that each has answered since.
    const { sources } = await door.ask('machines.sources', {})
    return sources.every(({ state }) => state === 'ready') ? true : undefined
  })
  await read.catch((error: unknown) => {
    if (stopped.aborted || !patience.aborted) throw error
    say('Not every gateway has answered: the list may be incomplete.')
  })
}

const firstPage = { sort: 'name', descending: false, offset: 0 } as const

/** All machines of a tab, a page at a time. */
export async function* machinesOf(door: Door, tab: (typeof tabs)[number], search: string): AsyncGenerator<MachineRow> {
  for (let offset = 0, total = 1; offset < total; offset += pageSize) {
    const slice = await door.ask('machines.list', { ...firstPage, tab, search, offset, limit: pageSize })
    ;({ total } = slice)
    yield* slice.rows
  }
}

/** By id, or by name whatever its case. Throws Refused: not found, or several of that name. */
export async function findMachine(door: Door, terminal: Pick<Terminal, 'stopped' | 'say'>, wanted: string): Promise<MachineRow> {
  const first = await named(door, wanted)
  if (first) return first
  await untilRead(door, terminal)
  const found = await named(door, wanted)
  if (!found) throw new Refused(`There is no machine "${plain(wanted)}".`, exitCodes.notFound)
  return found
}

async function named(door: Door, wanted: string): Promise<MachineRow | undefined> {
  if (/^[a-z0-9-]{1,32}:[A-Za-z0-9_.-]{1,128}$/.test(wanted)) {
    const byId = await door.ask('machines.get', { machineId: wanted }).catch(() => undefined)
    if (byId) return byId
  }
  const same: MachineRow[] = []
  for (const tab of tabs) {
    for await (const row of machinesOf(door, tab, wanted.slice(0, 200))) if (fold(row.name) === fold(wanted)) same.push(row)
  }
  if (same.length < 2) return same[0]
  const ids = same.map(({ id, site }) => `${id} (${plain(site)})`).join(', ')
  throw new Refused(`There are ${same.length} machines "${plain(wanted)}". Say which by its id: ${ids}`, exitCodes.usage)
}

const fold = (name: string): string => name.normalize('NFKC').toLowerCase()

/** By id (its beginning is enough), or this person's own on a machine of this name. Only those that `fits`. */
export async function findGrant(door: Door, wanted: string, fits: (grant: Grant) => boolean): Promise<Grant> {
  const { grants } = await door.ask('grants.list', {})
  const exact = grants.find((grant) => grant.grantId === wanted)
  if (exact) return exact
  const [, own = wanted] = wanted.split(':', 2)
  const found = grants.filter(
    (grant) =>
      fits(grant) &&
      ((own.length >= 4 && (grant.grantId.split(':', 2)[1] ?? '').startsWith(own)) ||
        fold(grant.machineName) === fold(wanted) ||
        grant.machineId === wanted),
  )
  const [grant] = found
  if (!grant) throw new Refused(`There is no such grant: ${plain(wanted)}`, exitCodes.notFound)
  if (found.length > 1) {
    const ids = found.map(({ grantId, requestedBy }) => `${grantId} (${plain(requestedBy)})`).join(', ')
    throw new Refused(`There are ${found.length} that fit. Say which by its id: ${ids}`, exitCodes.usage)
  }
  return grant
}

/** By id or name; the only one there is besides the desk's own, when none is named. */
export async function findGateway(door: Door, wanted: string | undefined): Promise<Gateway> {
  const { gateways } = await door.ask('account.gateways', {})
  const others = gateways.filter(({ isDesk }) => !isDesk)
  const found =
    wanted === undefined
      ? others.length > 0
        ? others
        : gateways
      : gateways.filter(({ id, name }) => id === wanted || fold(name) === fold(wanted))
  const [gateway] = found
  if (!gateway) throw new Refused(`This console is with no gateway "${plain(wanted ?? '')}".`, exitCodes.notFound)
  if (found.length > 1) {
    throw new Refused(
      `Say which gateway with --gateway: ${found.map(({ id, name }) => `${id} (${plain(name)})`).join(', ')}`,
      exitCodes.usage,
    )
  }
  return gateway
}
