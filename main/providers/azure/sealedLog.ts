/**
 * Events in the order in which they were told, in a file of sealed lines (AES-256-GCM, the key in the keychain): Azure's log has no places, so the places
 * are given here, once. Each line says after which event it comes, so none can be taken out or put elsewhere; only the end can be missing.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { appendFile, readFile, rename } from 'node:fs/promises'
import { z } from 'zod'
import { fileFailure } from '../../atomicFile.ts'
import type { Secrets } from '../../ports.ts'
import type { LogEvent } from '../provider.ts'

export interface SealedLog {
  /** All of it. Throws CallError `keychain` or `file`. */
  events(): Promise<readonly LogEvent[]>
  /** Without places, which are given. On disk before it resolves. */
  append(events: readonly Omit<LogEvent, 'seq'>[]): Promise<void>
}

const Event: z.ZodType<LogEvent> = z.object({
  seq: z.int().positive(),
  at: z.number(),
  actor: z.string(),
  action: z.string(),
  outcome: z.enum(['ok', 'refused', 'failed']),
  machineId: z.string().exactOptional(),
  machineName: z.string().exactOptional(),
  site: z.string().exactOptional(),
  grantId: z.string().exactOptional(),
  port: z.number().exactOptional(),
  detail: z.string(),
})

const keyBytes = 32
const ivBytes = 12
const tagBytes = 16

export function openSealedLog(file: string, keyName: string, secrets: Secrets): SealedLog {
  let opened: Promise<{ key: Buffer; events: LogEvent[] }> | undefined
  let last: Promise<unknown> = Promise.resolve()

  async function readKey(): Promise<{ key: Buffer; isNew: boolean }> {
    const kept = await secrets.read(keyName)
    if (kept !== undefined) return { key: Buffer.from(kept, 'base64'), isNew: false }
    const made = randomBytes(keyBytes)
    await secrets.write(keyName, made.toString('base64'))
    return { key: made, isNew: true }
  }

  async function open(): Promise<{ key: Buffer; events: LogEvent[] }> {
    const { key, isNew } = await readKey()
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
      throw fileFailure(error, file)
    })
    const events: LogEvent[] = []
    const lines = text.split('\n').filter((line) => line !== '')
    for (const [index, line] of lines.entries()) {
      const found = unseal(key, line, events.length)
      if (found) events.push(...found)
      // The last line may be half written; anything else is not what this console wrote, or of another key: it is set aside, and read from Azure anew.
      else if (isNew || index < lines.length - 1) {
        await rename(file, `${file}.unreadable-${Date.now()}`)
        return { key, events: [] }
      }
    }
    return { key, events }
  }

  function load(): Promise<{ key: Buffer; events: LogEvent[] }> {
    opened ??= open().catch((error: unknown) => {
      opened = undefined
      throw error
    })
    return opened
  }

  async function write(added: readonly Omit<LogEvent, 'seq'>[]): Promise<void> {
    if (added.length === 0) return
    const { key, events } = await load()
    const numbered = added.map((event, index) => ({ ...event, seq: events.length + index + 1 }))
    try {
      // A line that was half written ends here.
      await appendFile(file, `\n${seal(key, numbered, events.length)}\n`, { mode: 0o600, flush: true })
    } catch (error) {
      throw fileFailure(error, file)
    }
    events.push(...numbered)
  }

  return {
    events: async () => (await load()).events,
    append(added) {
      const turn = last.then(() => write(added))
      last = turn.catch(() => undefined)
      return turn
    },
  }
}

function seal(key: Buffer, events: readonly LogEvent[], after: number): string {
  const iv = randomBytes(ivBytes)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  cipher.setAAD(Buffer.from(String(after)))
  const sealed = Buffer.concat([cipher.update(JSON.stringify(events), 'utf8'), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64')
}

/** undefined for what is not sealed by this key, or not after this event. */
function unseal(key: Buffer, line: string, after: number): LogEvent[] | undefined {
  try {
    const bytes = Buffer.from(line, 'base64')
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes))
    decipher.setAAD(Buffer.from(String(after)))
    decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes))
    const text = Buffer.concat([decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()]).toString('utf8')
    return z.array(Event).parse(JSON.parse(text))
  } catch {
    return undefined
  }
}
