/** What a gateway says of itself under its own signature: the TLS keys by which it is known now, and the one to come (F-99). */
import { compactVerify, decodeProtectedHeader } from 'jose'
import { createPublicKey } from 'node:crypto'
import { fingerprintOf } from '../../../gateway/contract/invitationCode.ts'
import { GatewayStatement, StatementHeader } from '../../../gateway/contract/people.ts'

/** undefined unless the key with this fingerprint signed it, for the console with this thumbprint. */
export async function readStatement(jws: string, fingerprint: string, thumbprint: string): Promise<GatewayStatement | undefined> {
  try {
    const { jwk } = StatementHeader.parse(decodeProtectedHeader(jws))
    if (fingerprintOf(jwk.x) !== fingerprint) return undefined
    const { payload } = await compactVerify(jws, createPublicKey({ key: jwk, format: 'jwk' }), { algorithms: ['EdDSA'] })
    const statement = GatewayStatement.parse(JSON.parse(Buffer.from(payload).toString('utf8')))
    return statement.gateway === fingerprint && statement.aud === thumbprint ? statement : undefined
  } catch {
    // jose and zod throw for what is not a statement, or is signed by another key.
    return undefined
  }
}
