/** Gateways, the people of one, and joining by invitation. A code is a secret: it is typed or read, never an argument. */
import { Option, type Command } from 'commander'
import type { Gateway, Person, Role } from '../../preload/contract.ts'
import { command, group, listReader, Refused, type Context } from './context.ts'
import type { Door } from './door.ts'
import { exitCodes } from './exitCodes.ts'
import { findGateway } from './find.ts'
import { createRows, plain, printFacts } from './output.ts'
import { confirm } from './prompts.ts'

const roles = ['viewer', 'requester', 'approver', 'policyAdmin', 'gatewayAdmin'] as const
const roleList = listReader(`one of ${roles.join(', ')}`, (text): Role | undefined => roles.find((role) => role === text))

interface OfGateway {
  gateway?: string
  json?: true
}

export function addPeopleCommands(program: Command, context: Context): void {
  const { terminal } = context
  const gateways = group(program, 'gateways', 'The gateways that this console works with')

  gateways.addCommand(
    command('list', 'List the gateways, and who you are there').action(async ({ json }: { json?: true }) => {
      const door = await context.door()
      const rows = createRows<Gateway>(terminal, json === true, [
        { title: 'gateway', of: (one) => one.id },
        { title: 'name', of: (one) => one.name },
        { title: 'address', of: (one) => one.address },
        { title: 'you are', of: (one) => one.technician },
        { title: 'roles', of: (one) => one.roles.join(',') },
        { title: 'state', of: (one) => one.state },
        { title: 'fingerprint', of: (one) => one.fingerprint },
      ])
      for (const one of (await door.ask('account.gateways', {})).gateways) rows.add(one)
      rows.flush()
    }),
  )
  gateways.addCommand(
    command('leave <gateway>', 'Forget a gateway; sessions through it end').action(async (wanted: string, { json }: { json?: true }) => {
      const door = await context.door()
      const { id } = await findGateway(door, wanted)
      await door.ask('account.leaveGateway', { gatewayId: id })
      printFacts(terminal, json === true, { gatewayId: id }, [['left', id]])
    }),
  )
  gateways.addCommand(
    command('renew-key <gateway>', 'A new key for this console; the old one is of no use any more').action(
      async (wanted: string, { json }: { json?: true }) => {
        const door = await context.door()
        const { id } = await findGateway(door, wanted)
        await door.ask('account.renewDeviceKey', { gatewayId: id })
        printFacts(terminal, json === true, { gatewayId: id }, [['renewed', id]])
      },
    ),
  )

  program.addCommand(
    command('join', 'Join a gateway by an invitation, which is asked for or read from the standard input')
      .option('--fingerprint <fingerprint>', 'what the operator told you; then nothing is asked')
      .action(async ({ fingerprint, json }: { fingerprint?: string; json?: true }) => {
        const code = (terminal.canAsk ? ((await terminal.ask('Invitation: ', true)) ?? '') : await terminal.readInput()).trim()
        const door = await context.door()
        const preview = await door.ask('account.previewInvitation', { code })
        if (fingerprint === undefined) {
          if (!terminal.canAsk) throw new Refused('Nothing was joined. Say with --fingerprint what the operator told you.', exitCodes.usage)
          terminal.say(`${plain(preview.name)} at ${plain(preview.address)}`)
          terminal.say(`Fingerprint: ${plain(preview.fingerprint)}`)
          if (!(await confirm(terminal, 'Is this the fingerprint that its operator told you? Only "yes" goes on: '))) {
            throw new Refused('Nothing was joined.', exitCodes.untrusted)
          }
        } else if (fingerprint.trim().toUpperCase() !== preview.fingerprint.toUpperCase()) {
          throw new Refused('STOP: the invitation is for a gateway with another fingerprint. Nothing was sent.', exitCodes.untrusted)
        }
        const joined = await door.ask('account.joinGateway', { code })
        printFacts(terminal, json === true, joined, [['joined', joined.gatewayId]])
      }),
  )

  const people = group(program, 'people', 'The people of a gateway')
  people.addCommand(
    ofGateway(command('list', 'List people, and invitations that nobody used yet')).action(async ({ gateway, json }: OfGateway) => {
      const door = await context.door()
      const { id } = await findGateway(door, gateway)
      const { people: all, invitations } = await door.ask('account.people', { gatewayId: id })
      const rows = createRows(terminal, json === true, [
        { title: 'id', of: (one: Listed) => one.id },
        { title: 'name', of: (one) => one.name },
        { title: 'roles', of: (one) => one.roles.join(',') },
        { title: 'state', of: (one) => ('expiresAt' in one ? `invited until ${one.expiresAt}` : one.disabledAt ? 'disabled' : 'active') },
        { title: 'consoles', of: (one) => ('deviceKeys' in one ? one.deviceKeys.length : '') },
      ])
      for (const one of [...all, ...invitations]) rows.add(one)
      rows.flush()
    }),
  )
  people.addCommand(
    ofGateway(command('change <person>', 'Change the roles of a person, or disable them'))
      .option('--role <role>', `${roles.join(', ')}; may be repeated; in place of those before`, roleList)
      .addOption(new Option('--disable', 'end all that the person has open, and refuse them').conflicts('enable'))
      .option('--enable', 'take the person again')
      .action(async (wanted: string, options: OfGateway & { role?: Role[]; disable?: true; enable?: true }) => {
        if (!options.role && !options.disable && !options.enable)
          throw new Refused('Say what to change: --role, --disable or --enable', exitCodes.usage)
        const door = await context.door()
        const { id } = await findGateway(door, options.gateway)
        const person = await findPerson(door, id, wanted)
        const disabled = options.disable ? true : options.enable ? false : undefined
        await door.ask('account.changePerson', {
          gatewayId: id,
          personId: person.id,
          ...(options.role && { roles: options.role }),
          ...(disabled !== undefined && { disabled }),
        })
        printFacts(terminal, options.json === true, { personId: person.id }, [['changed', person.name]])
      }),
  )
  people.addCommand(
    ofGateway(command('remove-key <person> <thumbprint>', 'Take no requests of this console any more')).action(
      async (wanted: string, thumbprint: string, { gateway, json }: OfGateway) => {
        const door = await context.door()
        const { id } = await findGateway(door, gateway)
        const person = await findPerson(door, id, wanted)
        await door.ask('account.removeDeviceKey', { gatewayId: id, personId: person.id, thumbprint })
        printFacts(terminal, json === true, { personId: person.id, thumbprint }, [['removed', thumbprint]])
      },
    ),
  )

  program.addCommand(
    ofGateway(command('invite <name>', 'Invite a person, or one more console of a person; the code is shown once'))
      .option('--role <role>', `${roles.join(', ')}; may be repeated`, roleList)
      .option('--console', 'the person is there already, and gets one more console')
      .action(async (name: string, options: OfGateway & { role?: Role[]; console?: true }) => {
        const door = await context.door()
        const { id } = await findGateway(door, options.gateway)
        const invited = options.console
          ? await door.ask('account.inviteConsole', { gatewayId: id, personId: (await findPerson(door, id, name)).id })
          : await door.ask('account.invite', { gatewayId: id, name, roles: options.role ?? ['requester'] })
        printFacts(terminal, options.json === true, invited, [
          ['code', invited.code],
          ['expires', invited.expiresAt],
        ])
      }),
  )
  program.addCommand(
    ofGateway(command('withdraw <invitation>', 'Withdraw an invitation that nobody used yet')).action(
      async (invitationId: string, { gateway, json }: OfGateway) => {
        const door = await context.door()
        const { id } = await findGateway(door, gateway)
        await door.ask('account.withdrawInvitation', { gatewayId: id, invitationId })
        printFacts(terminal, json === true, { invitationId }, [['withdrawn', invitationId]])
      },
    ),
  )
}

type Listed = Person | { id: string; name: string; roles: Role[]; expiresAt: string }

function ofGateway(made: Command): Command {
  return made.option('--gateway <gateway>', 'which gateway, where there are several')
}

async function findPerson(door: Door, gatewayId: string, wanted: string): Promise<Person> {
  const { people } = await door.ask('account.people', { gatewayId })
  const person = people.find(({ id, name }) => id === wanted || name.toLowerCase() === wanted.toLowerCase())
  if (!person) throw new Refused(`There is no person "${plain(wanted)}".`, exitCodes.notFound)
  return person
}
