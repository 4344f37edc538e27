/** What may be a machine's address or user: what both a gateway and a session take, or it would fail later. */
import { parseAddress } from '../../gateway/address.ts'
import type { ImportChecks } from '../machines/import/reading.ts'
import { parseHost } from '../sessions/endpoint.ts'
import { userProblem } from '../sessions/user.ts'

export const importChecks: ImportChecks = {
  parseAddress(text) {
    const address = parseAddress(text)
    return address.ok ? parseHost(address.address) : undefined
  },
  isUser: (user) => userProblem(user) === undefined,
}
