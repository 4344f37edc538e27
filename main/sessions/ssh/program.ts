/** SSH with the system's own program, in a terminal of its own or in the caller's. The machine's identity is checked here first, so that a changed key is the same red stop as in a tab. */
import { launchSystemSsh, prepareSystemSsh, type SystemSsh } from '../systemTerminal.ts'
import type { OpenConnect, Surroundings } from '../connecting.ts'
import type { NewSession } from '../sessionList.ts'
import { createAsks } from './asks.ts'
import { knownUser, logIn, rememberUser, suggestedUser } from './login.ts'
import { isOver } from './tab.ts'

/** Steps: reach, identity, signIn (the user name alone), launch. Answers the session's id. Throws CallError. */
export async function openInTerminal(around: Surroundings, connect: OpenConnect): Promise<string> {
  const { grant, port } = connect
  const ssh = await identify(around, connect)
  const running = await launchSystemSsh(ssh)
  const session = await start(around, connect, ssh, {})
  session.live({ cut: () => running.end() })
  void followToEnd()
  return session.sessionId

  async function followToEnd(): Promise<void> {
    const { exitCode } = await running.ended
    if (await isOver(around, grant, port)) session.finish('grantEnded')
    else session.finish('clientExited', exitCode ?? undefined)
  }
}

/** The same, but the caller runs it: the session says what, and lives until it is closed. Throws CallError. */
export async function openForCaller(around: Surroundings, connect: OpenConnect): Promise<string> {
  const ssh = await identify(around, connect)
  const { command, clear } = await prepareSystemSsh(ssh)
  const session = await start(around, connect, ssh, { command })
  session.live({ cut: () => void clear() })
  return session.sessionId
}

/** Steps up to the launch: the machine is who it was, and the user is known. */
async function identify(around: Surroundings, connect: OpenConnect): Promise<SystemSsh> {
  const { attempt, machine, target } = connect
  const { programs, environment, info } = around.ports
  const client = await logIn(around, connect)
  client.end()
  attempt.at('signIn')
  const user = knownUser(connect) ?? (await createAsks(attempt).user(suggestedUser(connect)))
  attempt.at('launch')
  return {
    machine: { id: machine.machineId, name: machine.name },
    target,
    user,
    hostKeys: around.machines.hostKeys(machine.machineId),
    keyFiles: around.settings().ssh.keyFiles,
    programs,
    environment,
    system: info.platform,
    signal: attempt.signal,
  }
}

async function start(around: Surroundings, connect: OpenConnect, { user }: SystemSsh, more: Pick<NewSession, 'command'>) {
  const { attempt, machine, grant, port } = connect
  await rememberUser(around, connect, user)
  return around.list.start({
    machineId: machine.machineId,
    machineName: machine.name,
    grantId: grant.grantId,
    port,
    way: 'ssh',
    where: attempt.input.where,
    client: 'OpenSSH',
    user,
    keep: attempt.input.keep,
    ...more,
  })
}
