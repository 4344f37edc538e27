/** One terminal on a signed-in connection: a shell with a pty (RFC 4254 6) at one end, a pipe to the window at the other. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Client, ClientChannel } from 'ssh2'
import { CallError } from '../../callError.ts'
import type { Clock, PipeEnd } from '../../ports.ts'
import type { TerminalWatch } from '../needs.ts'
import { createPump } from './pump.ts'
import { grantMore, openNextWithSmallWindow } from './ssh2Inside.ts'

const openPatienceMs = 15_000
const lastWordsMs = 5000
/** How long programs have for noticing another size. */
const redrawMs = 120

/** How it ended by itself. `connectionLost` also where the gate cut it: the caller knows about grants. */
export type ShellEnd = { end: 'signedOut'; exitCode: number | undefined } | { end: 'connectionLost' } | { end: 'closed' }

export interface Shell {
  resize(cols: number, rows: number): void
  bytes(): { fromMachine: number; toMachine: number }
  /** Once, also after `cut`. Everything that the machine wrote is in the pipe by then. */
  readonly ended: Promise<ShellEnd>
  /** Ends it now. */
  cut(): void
}

interface ShellInput {
  cols: number
  rows: number
  /** The person's language, for the machine's programs. */
  lang: string | undefined
  clock: Pick<Clock, 'monotonicMs'>
  /** Called once the machine has given a shell. */
  watch: (redraw: () => void) => TerminalWatch
}

/** Throws CallError signInRefused when the machine gives no shell. */
export async function openShell(client: Client, openPipe: () => PipeEnd, input: ShellInput): Promise<Shell> {
  const channel = await openChannel(client, input)
  const pipe = openPipe()
  const watch = input.watch(redraw)
  const ended = Promise.withResolvers<ShellEnd>()
  let fromMachine = 0
  let toMachine = 0
  let exitCode: number | undefined
  let lost = false
  let isCut = false
  let size = { cols: input.cols, rows: input.rows }

  const pump = createPump(pipe, input.clock, (count) => grantMore(client, channel, count))
  const receive = (bytes: Buffer) => {
    fromMachine += bytes.length
    watch.output(bytes)
    pump.push(bytes)
  }
  channel.on('data', receive)
  // With a pty everything is one stream; a machine that sends some as errors is shown all the same.
  channel.stderr.on('data', receive)
  channel.on('exit', (code: number | null) => {
    exitCode = code ?? undefined
  })
  const onLost = () => {
    lost = true
    close()
  }
  const close = () => {
    client.off('close', onLost)
    channel.off('close', close)
    void finish()
  }
  async function finish(): Promise<void> {
    watch.ended()
    // A window that takes nothing any more must not keep a session that is over.
    await Promise.race([pump.drained(), delay(lastWordsMs, undefined, { ref: false })])
    pipe.end()
    if (isCut) ended.resolve({ end: 'closed' })
    else ended.resolve(lost && exitCode === undefined ? { end: 'connectionLost' } : { end: 'signedOut', exitCode })
  }
  client.on('close', onLost)
  channel.on('close', close)
  channel.on('error', () => undefined)

  pipe.incoming.on('data', (bytes: Buffer) => {
    toMachine += bytes.length
    if (channel.writable && !channel.write(bytes)) {
      pipe.incoming.pause()
      channel.once('drain', () => pipe.incoming.resume())
    }
  })
  pipe.incoming.on('error', () => undefined)
  // The window ended it: its tab was closed.
  void pipe.ended.then(cut)

  function cut(): void {
    if (isCut) return
    isCut = true
    pipe.end()
    channel.close()
    close()
  }

  // Pixels are nobody's concern here; zero says that they are not known (RFC 4254 6.7).
  function tellSize({ cols, rows }: { cols: number; rows: number }): void {
    if (channel.writable) channel.setWindow(rows, cols, 0, 0)
  }

  /** A changed size makes programs, and a shell's prompt, draw themselves again. */
  function redraw(): void {
    tellSize({ ...size, rows: Math.max(2, size.rows - 1) })
    setTimeout(() => tellSize(size), redrawMs).unref()
  }

  return {
    resize(cols, rows) {
      size = { cols, rows }
      tellSize(size)
      watch.resized(cols, rows)
    },
    bytes: () => ({ fromMachine, toMachine }),
    ended: ended.promise,
    cut,
  }
}

function openChannel(client: Client, { cols, rows, lang }: ShellInput): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    const refused = (why: unknown) => reject(new CallError({ tag: 'signInRefused', user: '', tried: ['shell'] }, { cause: why }))
    const timer = setTimeout(() => refused(new Error('no answer')), openPatienceMs)
    openNextWithSmallWindow(client)
    try {
      client.shell(
        { term: 'xterm-256color', cols, rows, width: 0, height: 0 },
        lang === undefined ? {} : { env: { LANG: lang } },
        (error, channel) => {
          clearTimeout(timer)
          if (error) refused(error)
          else resolve(channel)
        },
      )
    } catch (error) {
      clearTimeout(timer)
      refused(error)
    }
  })
}
