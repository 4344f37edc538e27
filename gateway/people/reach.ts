/** How consoles reach this gateway and know it: for invitations, and for the statement that tells them the keys to come. */
import type { KeyObject } from 'node:crypto'
import { CompactSign, exportJWK } from 'jose'
import type { InvitationCode } from '../contract/invitationCode.ts'
import type { GatewayStatement } from '../contract/people.ts'
import { DeviceJwk } from '../contract/proof.ts'

export interface Reach {
  /** What an invitation says of the gateway. */
  here(): Omit<InvitationCode, 'secret'>
  /** A compact JWS that says GatewayStatement to this console. */
  statementFor(thumbprint: string): Promise<string>
  /** Whether `proof` shows that its sender has this key. A proof is good once. */
  isProvedBy(jwk: DeviceJwk, proof: string): Promise<boolean>
}

/** `key` is the gateway's private Ed25519 key. Answers what signs statements with it. */
export async function createStatements(key: KeyObject): Promise<(statement: GatewayStatement) => Promise<string>> {
  const { kty, crv, x } = await exportJWK(key)
  const jwk = DeviceJwk.parse({ kty, crv, x })
  return (statement) =>
    new CompactSign(Buffer.from(JSON.stringify(statement))).setProtectedHeader({ alg: 'EdDSA', typ: 'gatehouse-statement', jwk }).sign(key)
}
