/**
 * By which address each provider sees this console, and whether an open grant is for another one by now (F-54): a laptop that changed its network, an
 * IPv6 address that was given up. The provider's word counts; nothing is looked at here but that.
 */
import { BlockList, isIP } from 'node:net'
import type { Log } from '../log.ts'
import type { Clock } from '../ports.ts'
import type { Provider } from '../providers/provider.ts'

export interface Sources {
  /** Asks how the provider sees this console, unless it was asked a moment ago. */
  look(provider: Provider): void
  /** What it said may be old: the next look asks. */
  forget(provider: Provider): void
  /** How the provider sees this console now, where a grant of this source was for this console and is not any more. */
  movedFrom(provider: Provider, source: string): string | undefined
}

interface Seen {
  now: string
  before: Set<string>
  servesOthers: boolean
}

const everyMs = 10_000

export function createSources(clock: Clock, log: Pick<Log, 'warn'>, changed: (provider: Provider) => void): Sources {
  const known = new Map<Provider, Seen>()
  const askedAt = new Map<Provider, number>()

  async function ask(provider: Provider): Promise<void> {
    const { myAddress, servesOtherSources } = await provider.source()
    const seen = known.get(provider)
    if (seen?.now === myAddress) return
    known.set(provider, { now: myAddress, before: new Set([...(seen?.before ?? []), myAddress]), servesOthers: servesOtherSources })
    changed(provider)
  }

  return {
    look(provider) {
      const at = askedAt.get(provider)
      if (at !== undefined && clock.monotonicMs() - at < everyMs) return
      askedAt.set(provider, clock.monotonicMs())
      ask(provider).catch((error: unknown) => {
        askedAt.delete(provider)
        log.warn({ provider: provider.id, err: error }, 'the own address could not be asked for')
      })
    },
    forget: (provider) => void askedAt.delete(provider),
    movedFrom(provider, source) {
      const seen = known.get(provider)
      return seen && hasMoved(source, seen) ? seen.now : undefined
    },
  }
}

/** Pure. A grant that may be for somebody else is this console's own only if it was for an address that this console had. */
export function hasMoved(source: string, { now, before, servesOthers }: Seen): boolean {
  if (covers(source, now)) return false
  return !servesOthers || [...before].some((address) => covers(source, address))
}

/** Whether an address is the source, or in it. What cannot be read covers all: nobody is bothered for it. */
function covers(source: string, address: string): boolean {
  const [network = '', bits] = unmapped(source).split('/')
  const asked = unmapped(address)
  if (isIP(network) === 0 || isIP(asked) === 0) return true
  if (isIP(network) !== isIP(asked)) return false
  const kind = isIP(network) === 4 ? 'ipv4' : 'ipv6'
  const list = new BlockList()
  if (bits === undefined) list.addAddress(network, kind)
  else if (/^\d{1,3}$/.test(bits) && Number(bits) <= (kind === 'ipv4' ? 32 : 128)) list.addSubnet(network, Number(bits), kind)
  else return true
  return list.check(asked, kind)
}

/** An IPv4 address as IPv6 writes it is the IPv4 address. */
const unmapped = (address: string) => address.replace(/^::ffff:(?=\d+\.)/i, '')
