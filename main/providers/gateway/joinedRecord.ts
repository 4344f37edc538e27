import { z } from 'zod'
import { Role } from '../../../gateway/api.ts'

/** What the console remembers of a gateway that it joined; no secret. `pins`: SHA-256 of SubjectPublicKeyInfo, base64url. */
export const JoinedGateway = z.object({
  id: z.string(),
  name: z.string(),
  address: z.string(),
  fingerprint: z.string(),
  pins: z.array(z.string()).min(1).max(4),
  /** Beside the pins, certificates count that an authority of this computer vouches for (F-98). As the gateway's operator decided. */
  byAuthority: z.boolean().optional(),
  personId: z.string(),
  technician: z.string(),
  roles: z.array(Role),
})
export type JoinedGateway = z.infer<typeof JoinedGateway>

/** Under which the keychain has this console's key at a gateway. */
export const deviceKeyName = (gatewayId: string) => `deviceKey/${gatewayId}`

/** A key that the gateway may have taken already, until that is known. */
export const nextKeyName = (gatewayId: string) => `${deviceKeyName(gatewayId)}/next`
