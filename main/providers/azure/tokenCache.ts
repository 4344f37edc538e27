/**
 * A tenant's tokens in the keychain. The library keeps more than one item may be (Windows: 2,560 bytes), so they are in parts under a name of their
 * own for each writing, and one item says which parts count: what was interrupted leaves the last whole one.
 */
import { createHash, randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { deflateRaw, inflateRaw } from 'node:zlib'
import type { ICachePlugin, TokenCacheContext } from '@azure/msal-node'
import { z } from 'zod'
import { oneAtATime } from '../../oneAtATime.ts'
import type { Secrets } from '../../ports.ts'

const partLength = 2400
const mostParts = 60

const Head = z.object({ writing: z.string().max(64), parts: z.int().min(1).max(mostParts), digest: z.string().max(64) })
type Head = z.infer<typeof Head>

/** Access tokens are short-lived and large; a new one comes for the refresh token. */
const Cache = z.looseObject({ AccessToken: z.unknown().optional() })

export interface TokenCache {
  readonly plugin: ICachePlugin
  /** Keeps what a sign-in brought. Throws CallError `keychain`. */
  keep(serialized: string): Promise<void>
  forget(): Promise<void>
}

export function createTokenCache(id: string, secrets: Secrets, failed: (error: unknown) => void): TokenCache {
  const headName = `azureTokens/${id}`
  const partName = (writing: string, index: number) => `${headName}/${writing}/${index}`
  let head: Head | undefined
  /** As it is in memory; read from the keychain once, since a keychain may ask the person each time. */
  let known: Promise<string | undefined> | undefined
  let wanted = ''
  let isForgotten = false

  async function read(): Promise<string | undefined> {
    const kept = await secrets.read(headName)
    if (kept === undefined) return undefined
    head = Head.parse(JSON.parse(kept))
    let packed = ''
    for (let index = 0; index < head.parts; index += 1) packed += (await secrets.read(partName(head.writing, index))) ?? ''
    return digestOf(packed) === head.digest ? unpack(packed) : undefined
  }

  function load(): Promise<string | undefined> {
    known ??= read().catch((error: unknown) => {
      known = undefined
      throw error
    })
    return known
  }

  async function forgetParts({ writing, parts }: Head): Promise<void> {
    for (let index = 0; index < parts; index += 1) await secrets.forget(partName(writing, index))
  }

  const write = oneAtATime(async () => {
    const packed = await pack(wanted)
    if (packed.length > partLength * mostParts) throw new Error('the tokens are too large')
    const next = { writing: randomUUID().slice(0, 8), parts: Math.ceil(packed.length / partLength), digest: digestOf(packed) }
    if (next.digest === head?.digest) return
    for (let index = 0; index < next.parts; index += 1)
      await secrets.write(partName(next.writing, index), packed.slice(index * partLength, (index + 1) * partLength))
    await secrets.write(headName, JSON.stringify(next))
    const before = head
    head = next
    if (before) await forgetParts(before)
  })

  return {
    plugin: {
      async beforeCacheAccess(context: TokenCacheContext) {
        const isFirst = known === undefined
        const kept = await load()
        // The library's own memory is the newer one from then on.
        if (isFirst && kept !== undefined) context.tokenCache.deserialize(kept)
      },
      async afterCacheAccess(context: TokenCacheContext) {
        if (!context.cacheHasChanged || isForgotten) return
        wanted = context.tokenCache.serialize()
        // Whoever waits for a token does not wait for the keychain: what it does not take now, it is given with the next change.
        write().catch(failed)
      },
    },
    async keep(serialized) {
      isForgotten = false
      // What was kept before under this name is known first, so that its parts go.
      if (!head) await load()
      wanted = serialized
      await write()
      known = undefined
    },
    async forget() {
      // Whoever still asks for a token brings none of them back.
      isForgotten = true
      await write().catch(() => undefined)
      if (!head) await load().catch(() => undefined)
      if (head) await forgetParts(head)
      await secrets.forget(headName)
      head = undefined
      known = undefined
    },
  }
}

async function pack(serialized: string): Promise<string> {
  const { AccessToken: _, ...rest } = Cache.parse(JSON.parse(serialized))
  return (await promisify(deflateRaw)(JSON.stringify(rest))).toString('base64')
}

async function unpack(packed: string): Promise<string> {
  return (await promisify(inflateRaw)(Buffer.from(packed, 'base64'), { maxOutputLength: 5_000_000 })).toString('utf8')
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
