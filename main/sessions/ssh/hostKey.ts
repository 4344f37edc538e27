/** A machine's host key: what it is called, and whether it is the one that was pinned (RFC 4251 9.2.4: trust on first use). */
import { createHash } from 'node:crypto'
import type { ServerHostKeyAlgorithm } from 'ssh2'
import { randomart } from './randomart.ts'

export interface HostKey {
  /** The key's type, such as "ssh-ed25519". */
  algorithm: string
  /** "SHA256:…" as OpenSSH writes it. */
  fingerprint: string
  /** The wire form (RFC 4253 6.6), base64. */
  key: string
  randomart: string
}

// Only types without SHA-1 and DSA. A server that has nothing else is refused by the key exchange.
const algorithmsByType: Readonly<Record<string, readonly ServerHostKeyAlgorithm[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
}

/** What a technician compares. Throws RangeError for a key that is cut off. */
export function describeHostKey(wire: Buffer): HostKey {
  const algorithm = readString(wire, 0).toString('latin1')
  const digest = createHash('sha256').update(wire).digest()
  const { name, bits } = sizeOf(algorithm, wire)
  return {
    algorithm,
    fingerprint: `SHA256:${digest.toString('base64').replace(/=+$/, '')}`,
    key: wire.toString('base64'),
    randomart: randomart(digest, `${name} ${bits}`, 'SHA256'),
  }
}

/** `changed` also when the type is a new one: a machine that shows a key that nobody accepted is not the machine that was. */
export function judgeHostKey(pinned: readonly { key: string }[], shown: HostKey): 'known' | 'unknown' | 'changed' {
  if (pinned.length === 0) return 'unknown'
  return pinned.some((pin) => pin.key === shown.key) ? 'known' : 'changed'
}

/** The algorithms to offer, those of pinned keys first, so that a machine with several keys shows the one that is known. */
export function hostKeyAlgorithms(pinned: readonly { algorithm: string }[]): ServerHostKeyAlgorithm[] {
  const all = Object.values(algorithmsByType).flat()
  const first = new Set(pinned.flatMap((pin) => algorithmsByType[pin.algorithm] ?? []))
  return [...first, ...all.filter((algorithm) => !first.has(algorithm))]
}

/** OpenSSH's name and size of a key, as in its randomart. */
function sizeOf(algorithm: string, wire: Buffer): { name: string; bits: number } {
  if (algorithm === 'ssh-ed25519') return { name: 'ED25519', bits: 256 }
  const curve = /^ecdsa-sha2-nistp(\d+)$/.exec(algorithm)?.[1]
  if (curve) return { name: 'ECDSA', bits: Number(curve) }
  if (algorithm !== 'ssh-rsa') return { name: algorithm.slice(0, 8), bits: 0 }
  const exponentAt = 4 + readString(wire, 0).length
  const modulus = readString(wire, exponentAt + 4 + readString(wire, exponentAt).length)
  const bytes = modulus[0] === 0 ? modulus.subarray(1) : modulus
  return { name: 'RSA', bits: (bytes.length - 1) * 8 + (32 - Math.clz32(bytes[0] ?? 0)) }
}

/** RFC 4251 5: a length in four bytes, then as many bytes. */
export function readString(wire: Buffer, at: number): Buffer {
  const length = wire.readUInt32BE(at)
  if (at + 4 + length > wire.length) throw new RangeError('string is cut off')
  return wire.subarray(at + 4, at + 4 + length)
}
