/** Machines that speak for themselves: enrolling their agents, what signed in at them, and deciding on a sign-in by its short code. */
import type { Command } from 'commander'
import type { Challenge, Decided, SignIn } from '../../preload/contract.ts'
import { command, Refused, type Context } from './context.ts'
import { exitCodes } from './exitCodes.ts'
import { findMachine } from './find.ts'
import { createRows, plain, printFacts, type Column } from './output.ts'
import { wordsOf } from './words.ts'

const columns: Column<SignIn>[] = [
  { title: 'created', of: (one) => one.createdAt },
  { title: 'succeeded', of: (one) => one.succeededAt },
  { title: 'ended', of: (one) => one.endedAt },
  { title: 'user', of: (one) => one.userName },
  { title: 'asked', of: (one) => one.asked },
  { title: 'from', of: (one) => one.from },
  { title: 'state', of: (one) => one.state },
  { title: 'authenticated by', of: (one) => one.authenticatedBy },
  { title: 'refused by', of: (one) => one.refusedBy },
]

/** `machines`: the group that `enrol` belongs to. */
export function addSignInCommands(program: Command, context: Context): void {
  const { terminal } = context

  program.commands
    .find((one) => one.name() === 'machines')
    ?.addCommand(
      command('enrol <machine>', 'Make a one-time code for a machine’s agent, and print the command to run there').action(
        async (wanted: string, { json }: { json?: true }) => {
          const door = await context.door()
          const { id } = await findMachine(door, terminal, wanted)
          const enrolment = await door.ask('machines.enrol', { machineId: id })
          printFacts(terminal, json === true, enrolment, [
            ['run there', enrolment.command],
            ['good until', enrolment.expiresAt],
          ])
        },
      ),
    )

  program.addCommand(
    command('sign-ins <machine>', 'List who asked to be signed in at a machine, and who approved it').action(
      async (wanted: string, { json }: { json?: true }) => {
        const door = await context.door()
        const { id } = await findMachine(door, terminal, wanted)
        const { signIns } = await door.ask('machines.signIns', { machineId: id })
        const rows = createRows(terminal, json === true, columns)
        for (const one of signIns) rows.add(one)
        rows.flush()
      },
    ),
  )

  program.addCommand(
    command('sign-in <code>', 'Look at a sign-in by its short code, and decide on it').action(
      async (code: string, { json }: { json?: true }) => {
        const door = await context.door()
        const { results } = await door.ask('challenges.read', { texts: [code], foundIn: 'typed' })
        const [read] = results
        if (!read?.ok) throw new Refused(`There is no such sign-in (${read?.why ?? 'notFound'}).`, exitCodes.notFound)
        show(read.challenge, json === true)
        if (!terminal.canAsk || read.challenge.state !== 'pending') return
        const answer = ((await terminal.ask('The number that the machine shows, "deny" or "report"; nothing else decides: ')) ?? '').trim()
        const decision = /^\d{2}$/.test(answer) ? 'approve' : answer === 'deny' || answer === 'report' ? answer : undefined
        if (decision === undefined) throw new Refused('Nothing was decided.', exitCodes.failed)
        const { ref, digest } = read.challenge
        const number = decision === 'approve' ? { number: answer } : {}
        told(await door.ask('challenges.decide', { ref, digest, decision, ...number }))
      },
    ),
  )

  function show(challenge: Challenge, json: boolean): void {
    const { binding } = challenge
    printFacts(terminal, json, challenge, [
      ['machine', `${challenge.machineName} (${challenge.address})`],
      ['site', challenge.site],
      ['signs in', `${challenge.userName}, ${users[challenge.user]}, then ${challenge.afterSignOut}`],
      ['asked by', challenge.asked],
      ['from', challenge.from],
      ['there now', challenge.signedIn.join(', ')],
      ['your session', binding.kind === 'yours' ? 'open' : binding.kind === 'colleague' ? `none; ${binding.by ?? ''} has one` : 'NONE'],
      ['state', challenge.state],
      ['good until', challenge.expiresAt],
      ['not by you', challenge.noApproval],
    ])
  }

  function told({ result, challenge }: Decided): void {
    if (result === 'done')
      return terminal.say(plain(`${challenge.state}${challenge.decidedBy === undefined ? '' : ` by ${challenge.decidedBy}`}`))
    const words = result === 'refused' ? (challenge.noApproval ?? result) : result
    const why = result === 'wrongNumber' || result === 'over' || result === 'changed' ? wordsOf({ tag: 'challenge', why: result }) : words
    throw new Refused(plain(why), exitCodes.denied)
  }
}

const users: Record<Challenge['user'], string> = {
  creates: 'who is made',
  kept: 'who is there from before',
  takesOver: 'whose password is OVERWRITTEN',
  unknown: 'who may be there',
}
