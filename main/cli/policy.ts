/** `gatehouse policy …`: what a level sets, what holds there, and changing it: shown first, saved after. */
import { Option, type Command } from 'commander'
import type { PolicyImpact, PolicyPatch, PolicyTree, PortRule } from '../../preload/contract.ts'
import { toIsoDuration } from '../providers/isoDuration.ts'
import { command, group, listReader, reader, Refused, type Context } from './context.ts'
import type { Door } from './door.ts'
import { parseDuration } from './durations.ts'
import { exitCodes } from './exitCodes.ts'
import { findMachine } from './find.ts'
import { createRows, plain, printFacts } from './output.ts'
import { confirm } from './prompts.ts'
import { parsePortRule, writePortRule } from './rules.ts'

const systems = ['default', 'windows', 'linux', 'macos', 'other'] as const
const settingNames = ['rules', 'jitAdmin', 'allowed', 'approval', 'maxDuration', 'requestsLapseAfter'] as const
const duration = reader('a duration, such as 90m or 8h', parseDuration)
const levelHelp = 'company, site:PATH, machine:NAME, or a level as "policy levels" shows it'

interface Change {
  yes?: true
  dryRun?: true
  json?: true
}
interface SetOptions extends Change {
  rule?: PortRule[]
  noRules?: true
  os: (typeof systems)[number]
  approval?: 'automatic' | 'oneApprover' | 'twoApprovers'
  maxDuration?: number
  lapse?: number
  allowRole?: string[]
  allowPerson?: string[]
}

export function addPolicyCommands(program: Command, context: Context): void {
  const { terminal } = context
  const policy = group(program, 'policy', 'Who may have which port for how long')

  policy.addCommand(
    command('levels', 'List the company and the sites').action(async ({ json }: { json?: true }) => {
      const door = await context.door()
      const { levels } = await door.ask('policies.levels', {})
      const rows = createRows<PolicyTree['levels'][number]>(terminal, json === true, [
        { title: 'level', of: (one) => one.level },
        { title: 'machines', of: (one) => one.machines },
        { title: 'with jit', of: (one) => one.configured },
        { title: 'sets', of: (one) => one.own.join(', ') },
      ])
      for (const level of levels) rows.add(level)
      rows.flush()
    }),
  )

  policy.addCommand(
    command('show <level>', 'Show what holds at a level, and where it comes from')
      .addHelpText('after', `\nA level is ${levelHelp}.`)
      .action(async (wanted: string, { json }: { json?: true }) => {
        const door = await context.door()
        const detail = await door.ask('policies.get', { level: await levelOf(door, context, wanted) })
        const { effective } = detail
        printFacts(terminal, json === true, detail, [
          ['level', detail.level],
          ['version', detail.version],
          ...effective.rules.flatMap((of) =>
            of.value.length === 0
              ? [[of.os, `off ${from(of)}`] as const]
              : of.value.map((rule) => [of.os, `${writePortRule(rule)} ${from(of)}`] as const),
          ),
          ['approval', `${effective.approval.value} ${from(effective.approval)}`],
          ['longest', effective.maxDuration.value && `${effective.maxDuration.value} ${from(effective.maxDuration)}`],
          ['lapse after', `${effective.requestsLapseAfter.value} ${from(effective.requestsLapseAfter)}`],
          ['roles', effective.allowed.value.roles?.join(', ')],
          ['people', effective.allowed.value.people?.join(', ')],
          ['jit admin', effective.jitAdmin.value.enabled ? effective.jitAdmin.value.userName : 'off'],
        ])
      }),
  )

  policy.addCommand(
    withChangeOptions(command('set <level>', 'Change what a level sets; what is not named stays'))
      .option('--rule <rule>', 'a port: 22, 22:4h, 3389/tcp:3h@10.0.0.0/8+192.0.2.1; may be repeated', listRules)
      .option('--no-rules', 'no port at all: just-in-time access is off')
      .addOption(new Option('--os <system>', 'for machines with this system').choices(systems).default('default'))
      .addOption(new Option('--approval <rule>', 'who has to approve').choices(['automatic', 'oneApprover', 'twoApprovers']))
      .option('--max-duration <duration>', 'no window may be longer', duration)
      .option('--lapse <duration>', 'how long a request waits for approvers', duration)
      .option(
        '--allow-role <role>',
        'who may ask; may be repeated',
        listReader('a role', (text) => text || undefined),
      )
      .option(
        '--allow-person <name>',
        'who may ask; may be repeated',
        listReader('a name', (text) => text || undefined),
      )
      .addHelpText('after', `\nA level is ${levelHelp}.`)
      .action(async (wanted: string, options: SetOptions & { rules: boolean }) => {
        const door = await context.door()
        const level = await levelOf(door, context, wanted)
        const patch = await patchOf(door, level, options)
        await change(door, context, level, patch, options)
      }),
  )

  policy.addCommand(
    withChangeOptions(
      command('inherit <level> [settings...]', 'Have settings of the level above again; all of them if none is named'),
    ).action(async (wanted: string, named: string[], options: Change) => {
      const names = named.map((text) => reader(settingNames.join(', '), (one) => settingNames.find((name) => name === one))(text))
      const door = await context.door()
      const level = await levelOf(door, context, wanted)
      const patch = Object.fromEntries((names.length === 0 ? settingNames : names).map((name) => [name, null]))
      await change(door, context, level, patch, options)
    }),
  )
}

const from = (one: { from: { kind: string; name: string } }): string => `(${`${one.from.kind} ${one.from.name}`.trim()})`

const listRules = listReader('a rule, such as 22, 22:4h or 3389/tcp:3h@10.0.0.0/8', parsePortRule)

function withChangeOptions(made: Command): Command {
  return made.option('--yes', 'do not ask').option('--dry-run', 'only show what would change')
}

async function levelOf(door: Door, { terminal }: Context, wanted: string): Promise<string> {
  if (wanted.startsWith('machine:')) return machineLevel((await findMachine(door, terminal, wanted.slice('machine:'.length))).id)
  const { levels } = await door.ask('policies.levels', {})
  const found = levels.filter(
    ({ level, kind, path }) => level === wanted || (kind === 'company' ? wanted === 'company' : wanted === `site:${path.join(' / ')}`),
  )
  const [only] = found
  if (only && found.length === 1) return only.level
  if (only) throw new Refused(`Say which: ${found.map(({ level }) => level).join(', ')}`, exitCodes.usage)
  if (/^[a-z0-9-]{1,32}:(company|site:|machine:)/.test(wanted)) return wanted
  throw new Refused(`There is no level "${plain(wanted)}": it is ${levelHelp}.`, exitCodes.notFound)
}

/** "desk:m1" is the machine, "desk:machine:m1" its level. */
const machineLevel = (machineId: string): string => machineId.replace(':', ':machine:')

async function patchOf(door: Door, level: string, options: SetOptions & { rules: boolean }): Promise<PolicyPatch> {
  const { rule, rules, os, approval, maxDuration, lapse, allowRole, allowPerson } = options
  const wanted = rules ? rule : []
  const patch: PolicyPatch = {
    ...(approval && { approval }),
    ...(maxDuration !== undefined && { maxDuration: toIsoDuration(maxDuration) }),
    ...(lapse !== undefined && { requestsLapseAfter: toIsoDuration(lapse) }),
    ...((allowRole ?? allowPerson) && { allowed: { ...(allowRole && { roles: allowRole }), ...(allowPerson && { people: allowPerson }) } }),
  }
  if (wanted) {
    // Rules of the other systems stay as they are here.
    const { settings } = await door.ask('policies.get', { level })
    patch.rules = { ...settings.rules, [os]: wanted }
  }
  if (Object.keys(patch).length === 0) throw new Refused('Say what to set: see gatehouse policy set --help', exitCodes.usage)
  return patch
}

async function change(door: Door, { terminal }: Context, level: string, patch: PolicyPatch, { yes, dryRun, json }: Change): Promise<void> {
  const impact = await door.ask('policies.preview', { levels: [level], patch })
  if (dryRun) {
    show(impact)
    return
  }
  if (!json || !yes) for (const line of wordsOfImpact(impact)) terminal.say(line)
  if (!yes) {
    if (!terminal.canAsk) throw new Refused('Nothing was changed. Add --yes to change it without being asked.', exitCodes.usage)
    if (!(await confirm(terminal, 'Change it? Only "yes" does: '))) throw new Refused('Nothing was changed.', exitCodes.failed)
  }
  const { versions, willOverwrite } = impact
  show(await door.ask('policies.change', { levels: versions, patch, ...(willOverwrite !== 'no' && { confirmOverwrite: true }) }))

  function show(what: PolicyImpact): void {
    printFacts(terminal, json === true, what, [
      ['machines', what.machines],
      ['turned on', what.turnedOn],
      ['turned off', what.turnedOff],
      ['access ended', what.grantsEnded],
    ])
  }
}

function wordsOfImpact({ machines, turnedOn, turnedOff, grantsEnded, first, willOverwrite }: PolicyImpact): string[] {
  const names = first.slice(0, 10).map(({ name }) => plain(name))
  return [
    `This changes ${counted(machines, 'machine', 'machines')}${names.length === 0 ? '' : `: ${names.join(', ')}${machines > names.length ? ', …' : ''}`}.`,
    `Just-in-time access comes on for ${counted(turnedOn, 'machine', 'machines')}, and goes off for ${turnedOff}.`,
    `${counted(grantsEnded, 'grant or request ends', 'grants and requests end')}.`,
    ...(willOverwrite === 'no' ? [] : ['A user of that name may be there already; its password would be overwritten.']),
  ]
}

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`
