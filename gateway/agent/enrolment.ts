/** What a machine knows of its gateway since it was enrolled: by what to know it, and how long PAM may be kept waiting here. */
import { z } from 'zod'
import { readText, replaceFile } from './files.ts'
import type { Places } from './places.ts'

export const Enrolment = z.object({
  machineId: z.string(),
  name: z.string(),
  gatewayName: z.string(),
  address: z.string(),
  fingerprint: z.string(),
  pins: z.array(z.string()).min(1),
  /** Seconds that a service lets somebody try to sign in: sshd's LoginGraceTime, login's LOGIN_TIMEOUT. 0: as long as they like. */
  graceS: z.object({ ssh: z.int(), login: z.int() }),
})
export type Enrolment = z.infer<typeof Enrolment>

/** undefined on a machine that is not enrolled. Throws for a file that is not ours. */
export async function readEnrolment(places: Places): Promise<Enrolment | undefined> {
  const text = await readText(places.enrolment)
  return text === undefined ? undefined : Enrolment.parse(JSON.parse(text))
}

export function writeEnrolment(places: Places, enrolment: Enrolment): Promise<void> {
  return replaceFile(places.enrolment, `${JSON.stringify(enrolment, null, 2)}\n`, 0o600, 0o700)
}

/** A challenge lives so long (APR-1). */
const challengeS = 600
/** What it takes to connect and to show it, and to say no before the service cuts the line. */
const marginS = 12

/** How long somebody is kept waiting for an approval, in seconds. */
export function patienceS(graceS: number): number {
  return graceS === 0 ? challengeS : Math.max(15, Math.min(challengeS, graceS - marginS))
}
