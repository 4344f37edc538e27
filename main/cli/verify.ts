/** `gatehouse verify FILE`: needs no console, no gateway and no network. */
import type { Command } from 'commander'
import { verifyFile } from '../../gateway/cliVerify.ts'
import { command, listReader, type Context } from './context.ts'
import { exitCodes } from './exitCodes.ts'

export function addVerifyCommand(program: Command, context: Context): void {
  program.addCommand(
    command('verify <file>', 'Check whether an exported log is what its gateway signed')
      .option('--key <key>', 'the fingerprint that the gateway shows, or its key')
      .option(
        '--previous <file>',
        'a file with an earlier checkpoint; may be repeated',
        listReader('a file', (text) => text || undefined),
      )
      .action(async (file: string, { key, previous, json }: { key?: string; previous?: string[]; json?: true }) => {
        const order = { file, json: json === true, ...(key !== undefined && { key }), ...(previous && { previous }) }
        const found = await verifyFile(order, (line) => context.terminal.print(line))
        // Its 2 is a file that cannot be read; here 2 is for what was not understood.
        context.endWith(found === 0 ? exitCodes.done : found === 1 ? exitCodes.failed : exitCodes.notFound)
      }),
  )
}
