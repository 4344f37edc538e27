/** `gatehouse machines import`: what a file of another program would bring, and bringing it. */
import { randomUUID } from 'node:crypto'
import { basename } from 'node:path'
import { type Command, Option } from 'commander'
import type { ImportFormat, ImportGroups, ImportPreview, ImportRow, OperatingSystem } from '../../preload/contract.ts'
import { command, Refused, type Context } from './context.ts'
import type { Door } from './door.ts'
import { exitCodes } from './exitCodes.ts'
import { findGateway } from './find.ts'
import { createRows, plain, printFacts, type Column } from './output.ts'

const formats = ['sshConfig', 'mremoteng', 'rdcman', 'rdpFile', 'csv', 'ansible'] as const satisfies ImportFormat[]
const groupings = ['site', 'tags', 'none'] as const satisfies ImportGroups[]
const systems = ['windows', 'linux', 'macos', 'other'] as const satisfies OperatingSystem[]
const partBytes = 1_000_000
const pageSize = 200

interface Options {
  format?: ImportFormat
  groups: ImportGroups
  site: string
  os: OperatingSystem
  gateway?: string
  off?: true
  dryRun?: true
  json?: true
}

const columns: Column<ImportRow>[] = [
  { title: 'line', of: (row) => row.line },
  { title: 'fate', of: (row) => row.fate },
  { title: 'name', of: (row) => (row.fate === 'leftOut' ? row.text : row.name) },
  { title: 'address', of: (row) => (row.fate === 'leftOut' ? row.why : row.address) },
  { title: 'port', of: (row) => (row.fate === 'leftOut' ? undefined : row.port) },
  { title: 'site', of: (row) => (row.fate === 'leftOut' ? undefined : row.site) },
  { title: 'tags', of: (row) => (row.fate === 'leftOut' ? undefined : row.tags.join(',')) },
]

export function addImportCommand(machines: Command, context: Context): void {
  const { terminal } = context
  machines.addCommand(
    command('import [file]', 'Add the machines of another program’s file (~/.ssh/config if no file is named)')
      .addOption(new Option('--format <format>', 'what it is, if that cannot be seen').choices(formats))
      .addOption(new Option('--groups <as>', 'what becomes of its folders or groups').choices(groupings).default('site'))
      .option('--site <site>', 'where machines are that name no site', '')
      .addOption(new Option('--os <system>', 'the system of machines that name none').choices(systems).default('linux'))
      .option('--gateway <gateway>', "which gateway gets them; this desk's own if it is not named")
      .option('--off', 'leave just-in-time access off')
      .option('--dry-run', 'only show what would be added')
      .action(async (file: string | undefined, options: Options) => {
        const door = await context.door()
        const importId = randomUUID()
        const gateway = options.gateway === undefined ? {} : { gatewayId: (await findGateway(door, options.gateway)).id }
        try {
          const preview = await read(context, door, importId, file, options)
          if (preview.secrets > 0) terminal.say(`${preview.secrets} passwords were left out.`)
          for (const { what, count } of preview.dropped) terminal.say(`Not taken over: ${plain(what)} (${count})`)
          const as = { importId, groups: options.groups, ...gateway }
          if (options.dryRun) {
            const rows = createRows(terminal, options.json === true, columns)
            for await (const row of rowsOf(door, as, 'all')) rows.add(row)
            rows.flush()
            return
          }
          for await (const row of rowsOf(door, as, 'leftOut'))
            if (row.fate === 'leftOut') terminal.say(`line ${row.line} is left out (${row.why}): ${plain(row.text)}`)
          const { counts } = await door.ask('machines.importRows', { ...as, show: 'new', offset: 0, limit: 1 })
          const answer = { added: 0, known: counts.new === 0 ? counts.known : 0 }
          for (let left = counts.new; left > 0;) {
            const done = await door.ask('machines.import', {
              ...as,
              site: options.site,
              os: options.os,
              turnOnJit: options.off !== true,
              chosen: { from: 'new', except: [] },
            })
            answer.added += done.added
            answer.known += done.known
            left = done.left
          }
          printFacts(terminal, options.json === true, answer, [
            ['added', answer.added],
            ['known', answer.known],
          ])
        } finally {
          await door.ask('machines.dropImport', { importId }).catch(() => undefined)
        }
      }),
  )
}

async function read(context: Context, door: Door, importId: string, file: string | undefined, options: Options): Promise<ImportPreview> {
  const { terminal } = context
  if (file !== undefined) {
    const bytes = await context.files.readBytes(file)
    // Also of an empty file one part, or it would be ~/.ssh/config that is read.
    for (let at = 0; at === 0 || at < bytes.length; at += partBytes) {
      const data = Buffer.from(bytes.subarray(at, at + partBytes)).toString('base64')
      await door.ask('machines.sendImport', { importId, data })
    }
  }
  const what = {
    importId,
    ...(file !== undefined && { name: basename(file).slice(-255) }),
    ...(options.format && { format: options.format }),
  }
  let preview = await door.ask('machines.previewImport', what)
  while (preview.asks) {
    if (preview.asks === 'wrongPassword') terminal.say('That was not it.')
    const password = terminal.canAsk ? await terminal.ask('Password of the file: ', true) : undefined
    if (password === undefined || password === '') throw new Refused('The file is encrypted. Nothing was imported.', exitCodes.usage)
    preview = await door.ask('machines.previewImport', { ...what, password })
  }
  return preview
}

async function* rowsOf(
  door: Door,
  as: { importId: string; groups: ImportGroups; gatewayId?: string },
  show: 'all' | 'leftOut',
): AsyncGenerator<ImportRow> {
  for (let offset = 0; ; offset += pageSize) {
    const { rows, total } = await door.ask('machines.importRows', { ...as, show, offset, limit: pageSize })
    yield* rows
    if (offset + rows.length >= total || rows.length === 0) return
  }
}
