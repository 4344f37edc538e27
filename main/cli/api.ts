/** `gatehouse api METHOD PATH`: any operation of a gateway's API, as this person. What it answers is written as it is. */
import { randomUUID } from 'node:crypto'
import type { Command } from 'commander'
import { ApiRequest } from '../apiRequest.ts'
import { command, reader, Refused, type Context } from './context.ts'
import { exitCodes } from './exitCodes.ts'
import { findGateway } from './find.ts'
import { operations } from './operations.ts'
import { createRows } from './output.ts'

interface Options {
  gateway?: string
  data?: string
  key?: string
  list?: true
  json?: true
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
const method = reader(methods.join(', '), (text) => methods.find((one) => one === text.toUpperCase()))

export function addApiCommand(program: Command, context: Context): void {
  const { terminal } = context
  program.addCommand(
    command('api [method] [path]', "Call any operation of a gateway's API (docs/api.md)")
      .option('--data <json>', 'the body; @file for that of a file, @- for the standard input')
      .option('--gateway <gateway>', "which gateway; this desk's own if it is not named")
      .option('--key <uuid>', 'the idempotency key of a request; a new one if it is not given')
      .option('--list', 'list all operations, with the command that makes each')
      .action(async (methodText: string | undefined, path: string | undefined, options: Options) => {
        if (options.list) {
          const rows = createRows<{ operation: string; command: string }>(terminal, options.json === true, [
            { title: 'operation', of: (one) => one.operation },
            { title: 'command', of: (one) => one.command },
          ])
          for (const [operation, name] of Object.entries(operations)) rows.add({ operation, command: name })
          rows.flush()
          return
        }
        if (methodText === undefined || path === undefined)
          throw new Refused('Say what to call: gatehouse api GET /v1/machines', exitCodes.usage)
        const body = options.data === undefined ? undefined : await readData(context, options.data)
        const request = ApiRequest.safeParse({
          method: method(methodText),
          path,
          ...(body !== undefined && { body }),
          ...(methodText.toUpperCase() === 'POST' && { idempotencyKey: options.key ?? randomUUID() }),
        })
        if (!request.success)
          throw new Refused('A path begins with /v1/ and is escaped, a key is a UUID, a body has at most 3 MB.', exitCodes.usage)
        const door = await context.door()
        const gatewayId = options.gateway === undefined ? 'desk' : (await findGateway(door, options.gateway)).id
        const response = await door.fetch(gatewayId, request.data)
        const out = new WritableStream<Uint8Array>({ write: (chunk) => terminal.write(chunk) })
        // A stream of events has no end but Ctrl-C.
        await response.body?.pipeTo(out, { signal: terminal.stopped }).catch((error: unknown) => {
          if (!terminal.stopped.aborted) throw error
        })
        if (terminal.isForPerson) terminal.print('')
        if (!response.ok) {
          terminal.say(`${response.status}`)
          context.endWith(exitCodeOfStatus(response.status))
        }
      }),
  )
}

async function readData({ terminal, files }: Context, data: string): Promise<string> {
  if (!data.startsWith('@')) return data
  return data === '@-' ? await terminal.readInput() : await files.read(data.slice(1))
}

function exitCodeOfStatus(status: number): number {
  switch (status) {
    case 400:
    case 413:
      return exitCodes.usage
    case 401:
      return exitCodes.untrusted
    case 403:
      return exitCodes.notAllowed
    case 404:
    case 410:
      return exitCodes.notFound
    case 503:
      return exitCodes.offline
    default:
      return exitCodes.failed
  }
}
