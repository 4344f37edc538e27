/** What Azure would refuse, told before it is asked. Pure. */
import { BlockList, isIP } from 'node:net'
import { CallError } from '../../callError.ts'
import { toMs } from '../isoDuration.ts'
import type { GrantRequest } from '../provider.ts'
import type { Membership } from './derive.ts'
import { rulesOf } from './derive.ts'

/** A policy's and a machine's name together have no more. */
export const longestNames = 56
/** The failure, or undefined. `myAddress` is empty where Azure has not told it yet. */
export function judgeRequest(
  { ports, durationMs, source }: Pick<GrantRequest, 'ports' | 'durationMs' | 'source'>,
  membership: Membership,
  myAddress: string,
): CallError | undefined {
  const rules = rulesOf([membership])
  const wanted = ports.map((port) => rules.find((rule) => rule.port === port))
  if (wanted.includes(undefined)) return refuse('port', rules.map(({ port }) => port).join(', '))
  for (const rule of wanted) {
    if (!rule) continue
    if (durationMs > toMs(rule.maxDuration)) return refuse('duration', rule.maxDuration)
    const asked = source ?? myAddress
    if (rule.sources.length > 0 && asked !== '' && !rule.sources.some((range) => covers(range, asked)))
      return refuse('source', rule.sources.join(', '))
  }
  return undefined
}

export function refuse(part: 'port' | 'duration' | 'source' | 'permission', allowed: string): CallError {
  return new CallError({ tag: 'notAllowed', part, allowed })
}

/** Whether all of `asked` (an address or a range) is in `range`. What is neither is for Azure to say. */
export function covers(range: string, asked: string): boolean {
  if (range === '*' || range === asked) return true
  const [rangeAddress = '', rangeBits] = range.split('/')
  const [address = '', bits] = asked.split('/')
  const family = isIP(rangeAddress)
  if (family === 0 || isIP(address) === 0) return true
  const width = family === 4 ? 32 : 128
  const [outer, inner] = [Number(rangeBits ?? width), Number(bits ?? width)]
  if (family !== isIP(address) || !(outer <= inner) || outer > width || inner > width) return false
  const kind = family === 4 ? 'ipv4' : 'ipv6'
  const list = new BlockList()
  list.addSubnet(rangeAddress, outer, kind)
  return list.check(address, kind)
}
