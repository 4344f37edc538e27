/** The command line as a whole: every command, and how each end of it is told. It does nothing that the console's own door does not check. */
import { Command, CommanderError } from 'commander'
import { CallError } from '../callError.ts'
import { addAccessCommands } from './access.ts'
import { addApiCommand } from './api.ts'
import { addAuditCommand, addLogsCommand } from './audit.ts'
import { addCompletionCommand } from './completion.ts'
import { addConnectCommand } from './connect.ts'
import { Refused, type Context } from './context.ts'
import type { Door } from './door.ts'
import { exitCodeOf, exitCodes } from './exitCodes.ts'
import { machinesOf } from './find.ts'
import { addMachineCommands } from './machines.ts'
import { plain } from './output.ts'
import { addPeopleCommands } from './people.ts'
import { addPolicyCommands } from './policy.ts'
import { addSignInCommands } from './signIns.ts'
import type { Terminal } from './terminal.ts'
import { addVerifyCommand } from './verify.ts'
import { wordsOf } from './words.ts'

export interface World extends Pick<Context, 'files'> {
  terminal: Terminal
  version: string
  /** The console's door: that of a console that runs, else of an app in this process. Throws Refused. */
  openDoor(): Promise<Door>
  /** The door of a console that runs; undefined if none does. Starts nothing. */
  openRunning(): Promise<Door | undefined>
}

/** Understands and does what `args` say. Answers what the program ends with (docs/cli.md). Expected failures are told, others thrown. */
export async function runCommandLine(args: readonly string[], world: World): Promise<number> {
  const { terminal } = world
  let code: number = exitCodes.done
  let door: Promise<Door> | undefined
  const context: Context = {
    terminal,
    files: world.files,
    door: () => (door ??= world.openDoor()),
    endWith: (given) => void (code = given),
  }
  try {
    await createProgram(world, context).parseAsync([...args], { from: 'user' })
    return code
  } catch (error) {
    return tell(error, terminal, args.includes('--json'))
  } finally {
    await door?.then(
      (open) => open.close(),
      () => undefined,
    )
  }
}

/** All commands. They have not run anything yet. */
export function createProgram(
  { terminal, version, openRunning }: Pick<World, 'terminal' | 'version' | 'openRunning'>,
  context: Context,
): Command {
  const program = new Command('gatehouse')
    .description('Find a machine, click once, be inside: the console as a command line.')
    .version(version)
    .showHelpAfterError('(see --help)')
    .addHelpText('after', '\nEvery command takes --json. What it ends with is in docs/cli.md.')
  addMachineCommands(program, context)
  addSignInCommands(program, context)
  addAccessCommands(program, context)
  addConnectCommand(program, context)
  addAuditCommand(program, context)
  addLogsCommand(program, context)
  addPolicyCommands(program, context)
  addPeopleCommands(program, context)
  addVerifyCommand(program, context)
  addApiCommand(program, context)
  addCompletionCommand(program, context)
  program.addCommand(
    new Command('__machines').action(async () => {
      const door = await openRunning()
      if (!door) return
      try {
        // A name with a blank would be several words to a shell, and an escape sequence more than that.
        for await (const { name } of machinesOf(door, 'configured', '')) if (/^[\w.-]+$/.test(name)) terminal.print(name)
      } finally {
        await door.close()
      }
    }),
    { hidden: true },
  )
  everyCommand(program, (one) => {
    one.exitOverride().configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.say(text.trimEnd()),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
  })
  return program
}

function everyCommand(from: Command, act: (one: Command) => void): void {
  act(from)
  for (const one of from.commands) everyCommand(one, act)
}

/** The words for it, and the code to end with. What is not expected is thrown again. */
function tell(error: unknown, { say }: Pick<Terminal, 'say'>, json: boolean): number {
  if (error instanceof CallError) {
    const words = wordsOf(error.failure)
    say(json ? JSON.stringify({ failure: error.failure, words }) : plain(words))
    return exitCodeOf(error.failure)
  }
  if (error instanceof Refused) {
    say(json ? JSON.stringify({ words: error.message }) : error.message)
    return error.exitCode
  }
  // Its words are out already. Asking for help is no fault.
  if (error instanceof CommanderError) {
    if (error.code === 'commander.invalidArgument' && error.exitCode === 1 && !error.message.startsWith('error:')) say(error.message)
    return error.exitCode === 0 ? exitCodes.done : exitCodes.usage
  }
  throw error
}
