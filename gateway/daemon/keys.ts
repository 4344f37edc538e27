/** The keys that a gateway on the network is known by: its own, and those of its TLS. Made at the first start, unless others have them already. */
import type { KeyObject } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { gatewayFingerprint, keyFile, loadGatewayKey } from '../identity.ts'
import { keysIn, OtherKeys } from '../keepers/commonKeys.ts'
import type { CommonKeys } from '../keepers/commonKeys.ts'
import type { Store } from '../store/database.ts'
import type { Config } from './config.ts'
import { givenTlsIdentity, ownTlsIdentity } from './tlsIdentity.ts'
import type { TlsIdentity } from './tlsIdentity.ts'

export interface DaemonKeys {
  key: KeyObject
  tls: TlsIdentity
  /** What tells these keys from others. */
  common: CommonKeys
}

/** `store`: of several gateways, whose keys are one and the same. Throws OtherKeys, and Error with words for the operator when a key has to be brought. */
export async function loadKeys(
  { dataFolder, tls: given }: Config,
  host: string,
  nowMs: number,
  store: Store | undefined,
): Promise<DaemonKeys> {
  const file = (name: string): string => join(dataFolder, name)
  const theirs = store && (await keysIn(store))
  if (theirs !== undefined) {
    const missing = ['gateway-key', ...(given === undefined ? ['tls-key.pem'] : [])].filter((name) => !existsSync(file(name)))
    if (missing.length > 0) throw new Error(`${missing.map(file).join(', ')}: not there. ${bringThem(theirs.fingerprint)}`)
  }
  const key = await loadGatewayKey(keyFile(file('gateway-key')))
  const fingerprint = gatewayFingerprint(key)
  // Before anything else is made or opened for a store that is not ours.
  if (theirs !== undefined && theirs.fingerprint !== fingerprint) throw new OtherKeys('gateway', theirs.fingerprint)
  const tls = await (given ? givenTlsIdentity(given.certificate, given.key) : ownTlsIdentity(dataFolder, host, nowMs, store !== undefined))
  return { key, tls, common: { fingerprint, tlsPins: tls.pins.map((pin) => pin.toString('base64url')).join(' ') } }
}

/** An error as the operator is to see it. */
export function inWords(error: unknown, dataFolder: string): unknown {
  if (!(error instanceof OtherKeys)) return error
  const which = error.which === 'gateway' ? 'gateway-key' : 'tls-key.pem or tls-next-key.pem, or the certificate'
  const instead = error.which === 'gateway' ? bringThem(error.theirs) : `${bringThem()} To change the TLS keys, stop all gateways first.`
  return new Error(`${which} in ${dataFolder} is not that of the gateways which share the store. ${instead}`, { cause: error })
}

function bringThem(fingerprint?: string): string {
  const whose = fingerprint === undefined ? 'a gateway that runs' : `a gateway with the fingerprint ${fingerprint}`
  return `Copy gateway-key, tls-key.pem and tls-next-key.pem from the data folder of ${whose} (docs/gateway.md, "Several gateways").`
}
