/** Addresses and ranges, as far as a form can say beforehand what a policy would refuse. Pure. */
import ipaddr from 'ipaddr.js'

type Network = ReturnType<typeof ipaddr.parseCIDR>

/** An address is a range of one. undefined: it is neither. */
function toNetwork(text: string): Network | undefined {
  const trimmed = text.trim()
  if (ipaddr.isValidCIDR(trimmed)) return ipaddr.parseCIDR(trimmed)
  if (!ipaddr.isValid(trimmed)) return undefined
  const address = ipaddr.process(trimmed)
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}

/** Whether all of `source` is in one of the allowed ranges. None, "*" or what cannot be read allow everything: then the provider alone decides. */
export function isWithin(source: string, allowed: readonly string[]): boolean {
  const wanted = toNetwork(source)
  if (!wanted || allowed.length === 0) return true
  const [address, bits] = wanted
  return allowed.some((range) => {
    const network = toNetwork(range)
    if (!network) return true
    const [of, ofBits] = network
    return of.kind() === address.kind() && ofBits <= bits && ipaddr.parse(address.toString()).match(of, ofBits)
  })
}

/** Ranges that can be asked for whole: those that name more than one address, and not all there are. */
export function wholeRanges(allowed: readonly string[]): string[] {
  return allowed.filter((range) => {
    const network = toNetwork(range)
    return network !== undefined && network[1] > 0 && network[1] < (network[0].kind() === 'ipv4' ? 32 : 128)
  })
}
