/**
 * Gateways that share a store are one gateway to people: known by one key, and behind one address by one TLS key and the
 * one to come. The store remembers them, so that one with other keys, which consoles would refuse every other time, does not start.
 */
import type { Transaction } from 'kysely'
import type { Store } from '../store/database.ts'
import type { Tables } from '../store/tables.ts'

export interface CommonKeys {
  /** The gateway key's, as people compare it. */
  fingerprint: string
  /** SHA-256 of SubjectPublicKeyInfo, base64url: of the TLS key in use, then of the next one where there is one, with a space between. */
  tlsPins: string
}

/** This gateway's keys are not those of the gateways that it would share the store with. */
export class OtherKeys extends Error {
  /** `gateway`: the one that it is known by; `tls`: those of its connections, while others run with theirs. */
  readonly which: 'gateway' | 'tls'
  /** The fingerprint or pin that the others have. */
  readonly theirs: string
  constructor(which: OtherKeys['which'], theirs: string) {
    super(`the gateways of this store have another ${which} key: ${theirs}`)
    this.name = 'OtherKeys'
    this.which = which
    this.theirs = theirs
  }
}

/** Those of the gateways that have this store; undefined as long as none had it. */
export async function keysIn(store: Store): Promise<CommonKeys | undefined> {
  const { fingerprint, tlsPins } = await store.selectFrom('store').select(['fingerprint', 'tlsPins']).executeTakeFirstOrThrow()
  return fingerprint && tlsPins ? { fingerprint, tlsPins } : undefined
}

/** Writes these as the gateways' keys, if they may be. `isAlone`: no other gateway runs, so the TLS keys may be others than before. Throws OtherKeys. */
export async function claimKeys(tx: Transaction<Tables>, { fingerprint, tlsPins }: CommonKeys, isAlone: boolean): Promise<void> {
  const held = await tx.selectFrom('store').select(['fingerprint', 'tlsPins']).executeTakeFirstOrThrow()
  if (held.fingerprint && held.fingerprint !== fingerprint) throw new OtherKeys('gateway', held.fingerprint)
  if (held.tlsPins && held.tlsPins !== tlsPins && !isAlone) throw new OtherKeys('tls', held.tlsPins)
  await tx.updateTable('store').set({ fingerprint, tlsPins }).execute()
}
