/**
 * The TLS keys by which consoles know this gateway on the network: the one in use, and the one that comes after it, whose pin is told ahead, so that
 * a planned change surprises nobody (F-99). A certificate is made again for the same key when the address changes.
 */
import 'reflect-metadata'
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join } from 'node:path'
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'

export interface TlsIdentity {
  /** PEM. */
  certificate: string
  key: string
  /** SHA-256 of SubjectPublicKeyInfo: of the key in use, then of the next one where it is known. */
  pins: Buffer[]
}

const dayMs = 24 * 3600 * 1000
const validMs = 397 * dayMs
/** The key is changed at the first start within this time before its certificate runs out. */
const renewBeforeMs = 60 * dayMs

/**
 * Makes what is not there. `host` is a name or an address without brackets. `keepsKey`: when the certificate is about to run out there will be a new one
 * for the same key, since others have that key too. Throws when a file is there and cannot be used.
 */
export async function ownTlsIdentity(folder: string, host: string, nowMs: number, keepsKey = false): Promise<TlsIdentity> {
  const file = (name: string) => join(folder, name)
  let key = (await readKey(file('tls-key.pem'))) ?? (await makeKey(file('tls-key.pem')))
  let next = (await readKey(file('tls-next-key.pem'))) ?? (await makeKey(file('tls-next-key.pem')))
  let pem = await readText(file('tls-certificate.pem'))
  if (pem !== undefined && Date.parse(new X509Certificate(pem).validTo) - nowMs < renewBeforeMs) {
    pem = undefined
    if (!keepsKey) {
      await rename(file('tls-next-key.pem'), file('tls-key.pem'))
      key = next
      next = await makeKey(file('tls-next-key.pem'))
    }
  }
  if (pem === undefined || !fits(new X509Certificate(pem), key, host)) {
    pem = await selfSign(key, host, nowMs)
    await writeFile(file('tls-certificate.pem'), pem)
  }
  return { certificate: pem, key: toPem(key), pins: [pinOf(key), pinOf(next)] }
}

/** A certificate that the operator has. Throws when the key is not the certificate's. */
export async function givenTlsIdentity(certificatePath: string, keyPath: string): Promise<TlsIdentity> {
  const certificate = await readFile(certificatePath, 'utf8')
  const key = createPrivateKey(await readFile(keyPath))
  if (!new X509Certificate(certificate).checkPrivateKey(key)) throw new Error('the TLS key is not that of the certificate')
  return { certificate, key: toPem(key), pins: [pinOf(key)] }
}

export function pinOf(key: KeyObject): Buffer {
  const spki = (key.type === 'private' ? createPublicKey(key) : key).export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(spki).digest()
}

function fits(certificate: X509Certificate, key: KeyObject, host: string): boolean {
  const isFor = isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)
  return isFor !== undefined && certificate.checkPrivateKey(key)
}

async function selfSign(key: KeyObject, host: string, nowMs: number): Promise<string> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const pkcs8 = key.export({ type: 'pkcs8', format: 'der' })
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' })
  const certificate = await X509CertificateGenerator.createSelfSigned({
    // RFC 5280 4.1.2.2: positive, and not longer than 20 bytes.
    serialNumber: `01${randomBytes(15).toString('hex')}`,
    name: [{ CN: ['Gatehouse gateway'] }],
    // Clocks differ by minutes.
    notBefore: new Date(nowMs - dayMs),
    notAfter: new Date(nowMs + validMs),
    signingAlgorithm: algorithm,
    keys: {
      privateKey: await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, true, ['sign']),
      publicKey: await crypto.subtle.importKey('spki', spki, algorithm, true, ['verify']),
    },
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension([{ type: isIP(host) === 0 ? 'dns' : 'ip', value: host }]),
    ],
  })
  return certificate.toString('pem')
}

async function makeKey(path: string): Promise<KeyObject> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  await writeFile(path, toPem(privateKey), { mode: 0o600, flag: 'wx' })
  return privateKey
}

async function readKey(path: string): Promise<KeyObject | undefined> {
  const pem = await readText(path)
  return pem === undefined ? undefined : createPrivateKey(pem)
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

function toPem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}
