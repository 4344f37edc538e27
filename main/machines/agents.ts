/** What a machine's own agent makes possible: enrolling it, and the sign-ins that it asked for. */
import { CallError } from '../callError.ts'
import type { HandlersOf } from '../dispatch.ts'
import type { Providers } from '../providers/ids.ts'
import type { ProviderChallenges } from '../providers/provider.ts'

export function createAgentCalls(providers: Providers): Pick<HandlersOf<'machines'>, 'machines.enrol' | 'machines.signIns'> {
  /** The gateway of the desk is reached by nobody but this console, so no agent can report to it. */
  function of(machineId: string): { challenges: ProviderChallenges; id: string } {
    const { provider, id } = providers.of(machineId, 'machine')
    if (!provider.challenges) throw new CallError({ tag: 'unsupported', machineId, reason: 'noAgent' })
    return { challenges: provider.challenges, id }
  }

  return {
    async 'machines.enrol'({ machineId }) {
      const { challenges, id } = of(machineId)
      const { code, expiresAt } = await challenges.enrol(id)
      return { code, expiresAt, command: `sudo node gatehouse-agent.mjs enrol ${code}` }
    },
    async 'machines.signIns'({ machineId }) {
      const { challenges, id } = of(machineId)
      return { signIns: await challenges.signIns(id) }
    },
  }
}
