/** Starts a desktop client with a session and watches its first seconds. */
import { randomUUID } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { CallError } from '../../callError.ts'
import type { Programs, Running } from '../../ports.ts'
import type { RdpClient } from './findClients.ts'
import { rdpCommand, type RdpSession } from './rdpCommand.ts'

export interface RdpLaunch extends RdpSession {
  client: RdpClient
  programs: Pick<Programs, 'start'>
  environment: Readonly<Record<string, string>>
  /** Stops the launch and ends the client. */
  signal: AbortSignal
}

/**
 * How long a client must have lived to be called started. A client tells nothing about what it shows, so this is all that can be known:
 * it runs, and has not given up on the address, the certificate or the sign-in. With network level authentication a refused password
 * is among that; without it the machine asks again on its own sign-in screen.
 */
export const settledMs = 3000

/**
 * Answers when the client has run for `settledMs`. `ended` of what it returns is the end of the session; for a client that hands over to
 * another process (`handsOver`) that is not known, and it ends only with `end()`, which does not close the other process's window: the gate
 * cuts it. Throws CallError: invalidInput, clientMissing, signInRefused, clientFailed (with the last lines that the client wrote), cancelled.
 */
export async function launchRdp({ client, programs, environment, signal, ...session }: RdpLaunch): Promise<Running> {
  signal.throwIfAborted()
  const { template } = client
  const folder = path.join(environment['XDG_RUNTIME_DIR'] ?? tmpdir(), `gatehouse-${randomUUID()}`)
  const start = rdpCommand(template, session, folder)
  if (start.file) await writePrivately(folder, start.file)
  try {
    const running = await programs.start({
      file: client.file,
      args: start.args,
      ...(start.stdin !== undefined && { stdin: start.stdin }),
      secrets: session.password === undefined ? [] : [session.password],
      env: environment,
    })
    return await settled(running, client, session.user, signal)
  } finally {
    if (start.file) await rm(folder, { recursive: true, force: true })
  }
}

async function settled(running: Running, client: RdpClient, user: string, signal: AbortSignal): Promise<Running> {
  const { template } = client
  const waiting = new AbortController()
  const exit = await Promise.race([
    running.ended,
    delay(settledMs, undefined, { signal: AbortSignal.any([signal, waiting.signal]) }).catch(() => undefined),
  ])
  waiting.abort()
  if (signal.aborted) {
    running.end()
    throw signal.reason instanceof CallError ? signal.reason : new CallError({ tag: 'cancelled' })
  }
  if (!exit) return running
  if (exit.exitCode === 0) {
    if (!template.handsOver) return running
    // The process that took over still has to read the file.
    await delay(settledMs, undefined, { signal }).catch(() => undefined)
    return handedOver(running)
  }
  if (exit.exitCode !== null && template.signInRefused?.includes(exit.exitCode)) {
    throw new CallError({ tag: 'signInRefused', user, tried: ['password'] })
  }
  throw new CallError({ tag: 'clientFailed', client: nameOf(client), exitCode: exit.exitCode, lines: exit.lines })
}

/** A session in a process that is not ours: it is over when we say so. */
function handedOver({ pid }: Running): Running {
  const { promise: ended, resolve } = Promise.withResolvers<Awaited<Running['ended']>>()
  return { pid, ended, end: () => resolve({ exitCode: 0, signal: null, lines: [] }) }
}

/** "FreeRDP 2.11.7". */
export const nameOf = ({ template, version }: RdpClient): string => (version === undefined ? template.name : `${template.name} ${version}`)

/** In a folder that nobody else can enter, made new so that nobody can have put a link there. */
async function writePrivately(folder: string, file: { name: string; text: string }): Promise<void> {
  await mkdir(folder, { mode: 0o700 })
  await writeFile(path.join(folder, file.name), file.text, { mode: 0o600, flag: 'wx' })
}
