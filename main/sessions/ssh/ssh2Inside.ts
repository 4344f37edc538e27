/**
 * What we use of ssh2 that it does not offer: all of it is here. The version is exact, and test/real/ssh.test.ts fails should any of it
 * go. Where something is missing, the safe side is taken: no strict key exchange, or ssh2's own flow control.
 */
import type { Client, ClientChannel } from 'ssh2'

/** ssh2 grants 2 MB ahead, which a terminal needs 200 ms and more to show: that long a Ctrl-C would go unseen. */
export const terminalWindowBytes = 256 * 1024

function memberOf(owner: unknown, name: string): unknown {
  return typeof owner === 'object' && owner !== null ? Reflect.get(owner, name) : undefined
}

/** Whether both sides agreed on strict key exchange, the answer to Terrapin (CVE-2023-48795). Known once the first handshake is done. */
export function isStrictKeyExchange(client: Client): boolean {
  return memberOf(memberOf(client, '_protocol'), '_strictMode') === true
}

/** Makes the next session channel open with a small window. Its owner grants more with `grantMore` as bytes are worked off. */
export function openNextWithSmallWindow(client: Client): void {
  const protocol = memberOf(client, '_protocol')
  const session = memberOf(protocol, 'session')
  if (typeof protocol !== 'object' || protocol === null || typeof session !== 'function') return
  Reflect.set(protocol, 'session', (channel: unknown, _window: unknown, packetSize: unknown) => {
    Reflect.set(protocol, 'session', session)
    Reflect.apply(session, protocol, [channel, terminalWindowBytes, packetSize])
  })
}

/**
 * Allows the machine to send `bytes` more. ssh2 believes that its window is 2 MB, so what it would grant by itself (at 1 MB left) never
 * comes due: the window is ours alone.
 */
export function grantMore(client: Client, channel: ClientChannel, bytes: number): void {
  const protocol = memberOf(client, '_protocol')
  const adjust = memberOf(protocol, 'channelWindowAdjust')
  const incoming = memberOf(channel, 'incoming')
  const outgoing = memberOf(channel, 'outgoing')
  const window = memberOf(incoming, 'window')
  if (typeof adjust !== 'function' || typeof incoming !== 'object' || incoming === null || typeof window !== 'number') return
  if (memberOf(outgoing, 'state') !== 'open') return
  Reflect.set(incoming, 'window', window + bytes)
  Reflect.apply(adjust, protocol, [memberOf(outgoing, 'id'), bytes])
}
