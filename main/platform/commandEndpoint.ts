/**
 * Where a running console answers the command line: a socket in the person's own data folder, mode 0600, and on Windows a pipe whose name is
 * random and kept in that folder, so that nobody else can know it or take it before. What goes over it, as one JSON value a line.
 */
import { randomBytes } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { topics } from '../../preload/contract.ts'
import { Failure } from '../../preload/contract/failures.ts'
import { ApiRequest } from '../apiRequest.ts'

/** The console's first line. Another number: other words than these. */
export const protocol = 1

const Id = z.int().min(1)
/** What the command line may say. `call` and `input` are checked by the console's door. */
export const Asked = z.union([
  z.strictObject({ id: Id, call: z.string().max(100), input: z.unknown() }),
  z.strictObject({ id: Id, api: z.strictObject({ gatewayId: z.string().max(64), request: ApiRequest }) }),
])

/** What the console may say. An API's answer comes as a head, chunks in base64, and an end. */
export const Told = z.union([
  z.object({ gatehouse: z.literal(protocol) }),
  z.object({ topic: z.enum(topics) }),
  z.object({ id: Id, ok: z.literal(true), value: z.unknown() }),
  z.object({ id: Id, ok: z.literal(false), failure: Failure }),
  z.object({ id: Id, head: z.object({ status: z.int().min(200).max(599), contentType: z.string() }) }),
  z.object({ id: Id, chunk: z.base64() }),
  z.object({ id: Id, end: z.boolean() }),
])
export type Told = z.infer<typeof Told>

const isWindows = (platform: NodeJS.Platform) => platform === 'win32'

/** Makes place for a new one. Only whoever has the console's store may call this: what is there now was left behind. */
export function claimEndpoint(folder: string, platform: NodeJS.Platform): string {
  if (isWindows(platform)) {
    const name = `\\\\.\\pipe\\gatehouse-${randomBytes(16).toString('hex')}`
    writeFileSync(path.join(folder, 'commands'), name, { mode: 0o600 })
    return name
  }
  const endpoint = path.join(folder, 'commands')
  // The longest path that a socket's address holds on every Unix.
  if (Buffer.byteLength(endpoint) > 100) throw new Error(`the path of the data folder is too long for a socket: ${folder}`)
  rmSync(endpoint, { force: true })
  return endpoint
}

/** Where one would be; undefined when there is none. */
export function knownEndpoint(folder: string, platform: NodeJS.Platform): string | undefined {
  const endpoint = path.join(folder, 'commands')
  if (!isWindows(platform)) return endpoint
  try {
    const name = readFileSync(endpoint, 'utf8')
    return /^\\\\\.\\pipe\\gatehouse-[0-9a-f]{32}$/.test(name) ? name : undefined
  } catch {
    return undefined
  }
}
