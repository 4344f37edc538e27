/** SSH in the system's own terminal. The machine's identity is checked here first, so that a changed key is the same red stop as in a tab. */
import { launchSystemSsh } from '../systemTerminal.ts'
import type { OpenConnect, Surroundings } from '../connecting.ts'
import { createAsks } from './asks.ts'
import { knownUser, logIn } from './login.ts'
import { isOver } from './tab.ts'

/** Steps: reach, identity, signIn (the user name alone), launch. Answers the session's id. Throws CallError. */
export async function openInTerminal(around: Surroundings, connect: OpenConnect): Promise<string> {
  const { attempt, machine, grant, port, target } = connect
  const { programs, environment, info } = around.ports
  const client = await logIn(around, connect)
  client.end()
  attempt.at('signIn')
  const user = knownUser(connect) ?? (await createAsks(attempt).user(machine.user ?? ''))
  attempt.at('launch')
  const running = await launchSystemSsh({
    machine: { id: machine.machineId, name: machine.name },
    target,
    user,
    hostKeys: around.machines.hostKeys(machine.machineId),
    keyFiles: around.settings().ssh.keyFiles,
    programs,
    environment,
    system: info.platform,
    signal: attempt.signal,
  })
  if (user !== machine.user) await around.machines.choose(machine.machineId, { user })

  const session = around.list.start({
    machineId: machine.machineId,
    machineName: machine.name,
    grantId: grant.grantId,
    port,
    way: 'ssh',
    where: 'system',
    client: 'OpenSSH',
    user,
  })
  session.live({ cut: () => running.end() })
  void followToEnd()
  return session.sessionId

  async function followToEnd(): Promise<void> {
    const { exitCode } = await running.ended
    if (await isOver(around, grant, port)) session.finish('grantEnded')
    else session.finish('clientExited', exitCode ?? undefined)
  }
}
