/**
 * A port for another program (REQ-8): through a relay the grant's endpoint is already a port of this computer or one that it can reach,
 * so there is no further hop. The session shows where to connect and lives as long as the grant.
 */
import { writeTarget } from './endpoint.ts'
import type { WayIn } from './connecting.ts'

export const openForward: WayIn = async ({ list }, { attempt, machine, grant, port, target }) => {
  attempt.at('launch')
  const session = list.start({
    machineId: machine.machineId,
    machineName: machine.name,
    grantId: grant.grantId,
    port,
    way: 'forward',
    where: attempt.input.where,
    localEndpoint: writeTarget(target),
    keep: attempt.input.keep,
  })
  // Nothing runs here that could be cut: closing the session lets go of the grant, and the gate does the rest.
  session.live({ cut: () => undefined })
  return session.sessionId
}
