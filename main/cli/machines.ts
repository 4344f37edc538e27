/** `gatehouse machines …`: what there is, and adding to it. */
import { type Command, Option } from 'commander'
import type { MachineRow } from '../../preload/contract.ts'
import { command, group, listReader, reader, wholeNumber, type Context } from './context.ts'
import { addImportCommand } from './import.ts'
import { findMachine, machinesOf, untilRead } from './find.ts'
import { createRows, printFacts, type Column } from './output.ts'
import { writePortRule } from './rules.ts'

const columns: Column<MachineRow>[] = [
  { title: 'name', of: (row) => row.name },
  { title: 'address', of: (row) => row.address },
  { title: 'system', of: (row) => row.os },
  { title: 'site', of: (row) => row.site },
  { title: 'ports', of: (row) => row.ports.join(',') },
  { title: 'access', of: (row) => row.ownGrant && `open until ${row.ownGrant.endsAt}` },
]

const port = reader('a port, 1 to 65535', wholeNumber(1, 65_535))
const systems = ['windows', 'linux', 'macos', 'other'] as const

export function addMachineCommands(program: Command, context: Context): void {
  const { terminal } = context
  const machines = group(program, 'machines', 'The machines that there are')

  machines.addCommand(
    command('list', 'List machines')
      .addOption(new Option('--tab <tab>', 'which of them').choices(['configured', 'notConfigured', 'unsupported']).default('configured'))
      .option('--search <words>', 'only those that fit', '')
      .action(async (options: { tab: 'configured' | 'notConfigured' | 'unsupported'; search: string; json?: true }) => {
        const door = await context.door()
        await untilRead(door, terminal)
        const rows = createRows(terminal, options.json === true, columns)
        for await (const row of machinesOf(door, options.tab, options.search)) rows.add(row)
        rows.flush()
      }),
  )

  machines.addCommand(
    command('show <machine>', 'Show one machine, with its rules and pinned keys').action(
      async (wanted: string, { json }: { json?: true }) => {
        const door = await context.door()
        const { id } = await findMachine(door, terminal, wanted)
        const machine = await door.ask('machines.get', { machineId: id })
        printFacts(terminal, json === true, machine, [
          ['id', machine.id],
          ['name', machine.name],
          ['address', machine.address],
          ['system', machine.os],
          ['site', machine.site],
          ['tags', machine.tags.join(', ')],
          ['gateway', machine.provider.name],
          ['state', machine.unsupportedReason ?? machine.state],
          ['gate', machine.gate],
          ['user', machine.user],
          ...machine.rules.map((rule) => ['rule', writePortRule(rule)] as const),
          ['rules from', machine.rulesFrom && `${machine.rulesFrom.kind} ${machine.rulesFrom.name}`.trim()],
          ['approval', machine.approval?.value],
          ...machine.hostKeys.map((key) => ['host key', `${key.algorithm} ${key.fingerprint}`] as const),
          ...machine.certificates.map((certificate) => ['certificate', certificate.fingerprint] as const),
          ['access', machine.ownGrant && `open until ${machine.ownGrant.endsAt}`],
          ['last access', machine.lastAccessAt && `${machine.lastAccessAt} ${machine.lastUser ?? ''}`.trim()],
        ])
      },
    ),
  )

  machines.addCommand(
    command('add <name> <address>', 'Add a machine')
      .addOption(new Option('--os <system>', 'its operating system').choices(systems).default('linux'))
      .option('--site <site>', 'where it is', '')
      .option(
        '--tag <tag>',
        'a tag; may be repeated',
        listReader('a tag', (text) => text || undefined),
        [],
      )
      .option('--ssh-port <port>', 'where it listens for SSH', port)
      .option('--rdp-port <port>', 'where it listens for RDP', port)
      .option('--user <name>', 'who signs in')
      .option('--off', 'leave just-in-time access off')
      .action(async (name: string, address: string, options: AddOptions) => {
        const door = await context.door()
        const { os, site, tag, sshPort, rdpPort, user } = options
        const { machineId } = await door.ask('machines.add', {
          name,
          address,
          os,
          site,
          tags: tag,
          turnOnJit: options.off !== true,
          ...(sshPort !== undefined && { sshPort }),
          ...(rdpPort !== undefined && { rdpPort }),
          ...(user !== undefined && { user }),
        })
        printFacts(terminal, options.json === true, { machineId }, [['id', machineId]])
      }),
  )

  machines.addCommand(
    command('remove <machines...>', 'Remove machines; open access to them ends').action(
      async (wanted: string[], { json }: { json?: true }) => {
        const door = await context.door()
        const machineIds: string[] = []
        for (const one of wanted) machineIds.push((await findMachine(door, terminal, one)).id)
        await door.ask('machines.remove', { machineIds })
        printFacts(
          terminal,
          json === true,
          { removed: machineIds },
          machineIds.map((id) => ['removed', id] as const),
        )
      },
    ),
  )

  addImportCommand(machines, context)

  machines.addCommand(
    command('unpin <machine> <fingerprint>', 'Forget a pinned identity, so that the next connect asks again').action(
      async (wanted: string, fingerprint: string, { json }: { json?: true }) => {
        const door = await context.door()
        const { id } = await findMachine(door, terminal, wanted)
        await door.ask('machines.unpin', { machineId: id, fingerprint })
        printFacts(terminal, json === true, { machineId: id, fingerprint }, [['forgotten', fingerprint]])
      },
    ),
  )
}

interface AddOptions {
  os: (typeof systems)[number]
  site: string
  tag: string[]
  sshPort?: number
  rdpPort?: number
  user?: string
  off?: true
  json?: true
}
