/** What we offer in a key exchange, and which outcome is refused. */
import type { Algorithms, CipherAlgorithm, NegotiatedAlgorithms } from 'ssh2'
import { hostKeyAlgorithms } from './hostKey.ts'

// AES-GCM first: it is the fastest here, and Terrapin does not touch it. No CBC. ChaCha20 is last, so that it is chosen only where the
// server has nothing else, and then only with strict key exchange.
const ciphers: CipherAlgorithm[] = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'aes128-ctr',
  'aes192-ctr',
  'aes256-ctr',
  'chacha20-poly1305@openssh.com',
]

/** For one machine: what its pinned keys are asked for first. No SHA-1, no CBC, no group below 2048 bits. */
export function algorithms(pinned: readonly { algorithm: string }[]): Algorithms {
  return {
    kex: [
      'curve25519-sha256',
      'curve25519-sha256@libssh.org',
      'ecdh-sha2-nistp256',
      'ecdh-sha2-nistp384',
      'ecdh-sha2-nistp521',
      'diffie-hellman-group16-sha512',
      'diffie-hellman-group18-sha512',
      'diffie-hellman-group14-sha256',
    ],
    cipher: ciphers,
    hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
    compress: ['none'],
    serverHostKey: hostKeyAlgorithms(pinned),
  }
}

type Suite = Pick<NegotiatedAlgorithms['cs'], 'cipher' | 'mac'>

/** CVE-2023-48795: ChaCha20-Poly1305, and CBC with encrypt-then-MAC, let packets be cut from the start unless the exchange is strict. */
function isTerrapinAffected({ cipher, mac }: Suite): boolean {
  return cipher === 'chacha20-poly1305@openssh.com' || (cipher.endsWith('-cbc') && mac.endsWith('-etm@openssh.com'))
}

/** What is unsafe about it, or undefined (F-22). */
export function unsafeSuite(negotiated: { cs: Suite; sc: Suite }, isStrict: boolean): string | undefined {
  if (isStrict) return undefined
  const affected = [negotiated.cs, negotiated.sc].find(isTerrapinAffected)
  return affected && `${affected.cipher} without strict key exchange`
}
