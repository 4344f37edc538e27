/** The agent's unix socket: PAM's script and the command line ask through it, one JSON line each way. Root's alone. */
import { chmod, mkdir, rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { z } from 'zod'
import { ChallengeService } from '../contract/challenges.ts'
import type { Log } from './log.ts'
import type { Places } from './places.ts'

const Pid = z.int().min(2)
export const Question = z.discriminatedUnion('do', [
  z.strictObject({
    do: z.literal('show'),
    caller: Pid,
    service: ChallengeService,
    user: z.string().max(64),
    from: z.string().max(253).optional(),
    terminal: z.string().max(64).optional(),
  }),
  z.strictObject({ do: z.literal('wait'), caller: Pid }),
  z.strictObject({ do: z.literal('leave'), caller: Pid }),
  z.strictObject({ do: z.literal('session'), caller: Pid, event: z.enum(['open', 'close']) }),
  z.strictObject({ do: z.enum(['status', 'report', 'reset', 'retire']) }),
])
export type Question = z.infer<typeof Question>

/** `lines` are shown to whoever asked. */
export const Reply = z.strictObject({ ok: z.boolean(), lines: z.array(z.string().max(1000)).max(100) })
export type Reply = z.infer<typeof Reply>

const longestQuestion = 4000

/** Throws when the socket cannot be made. Answers how to close it. */
export async function listenOn(places: Places, answer: (question: Question) => Promise<Reply>, log: Log): Promise<() => Promise<void>> {
  await mkdir(places.socketFolder, { recursive: true, mode: 0o700 })
  await chmod(places.socketFolder, 0o700)
  await rm(places.socket, { force: true })
  const open = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    socket.on('error', () => {})
    let text = ''
    socket.setEncoding('utf8')
    socket.on('data', (chunk: string) => {
      const wasWhole = text.includes('\n')
      text += chunk
      if (text.length > longestQuestion) socket.destroy()
      else if (!wasWhole && text.includes('\n')) void reply(socket, text.slice(0, text.indexOf('\n')))
    })
  })
  async function reply(socket: Socket, line: string): Promise<void> {
    let said: Reply = { ok: false, lines: [] }
    try {
      said = await answer(Question.parse(JSON.parse(line)))
    } catch (error) {
      log('a question could not be answered', error)
    }
    socket.end(`${JSON.stringify(said)}\n`)
  }
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(places.socket, resolve)
  })
  await chmod(places.socket, 0o600)
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve())
      for (const socket of open) socket.destroy()
    })
}

/** undefined: no agent answers. `timeoutMs` bounds it. */
export function askAgent(places: Places, question: Question, timeoutMs: number): Promise<Reply | undefined> {
  return new Promise((resolve) => {
    const socket = connect(places.socket)
    const timer = setTimeout(() => socket.destroy(), timeoutMs)
    let text = ''
    socket.setEncoding('utf8')
    socket.once('connect', () => socket.end(`${JSON.stringify(question)}\n`))
    socket.on('data', (chunk: string) => (text += chunk))
    socket.on('error', () => {})
    socket.once('close', () => {
      clearTimeout(timer)
      resolve(Reply.safeParse(parse(text)).data)
    })
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
