/** A terminal tab: on the connection that is there, or on a new one. */
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Grant } from '../../../preload/contract.ts'
import type { OpenConnect, Surroundings } from '../connecting.ts'
import type { SharedConnection } from './connections.ts'
import { knownUser, logIn, rememberUser } from './login.ts'
import { openShell, type Shell } from './shell.ts'
import type { SignIn } from './signIn.ts'

const usualSize = { cols: 80, rows: 24 }

/** Steps: reach, identity, signIn (none of them on a connection that is there), launch. Answers the session's id. */
export async function openTab(around: Surroundings, connect: OpenConnect, signIn: SignIn): Promise<string> {
  const user = knownUser(connect)
  const there = user === undefined ? undefined : around.connections.find(placeOf(connect, user))
  if (there) {
    try {
      return await launch(around, connect, there)
    } catch (error) {
      // The machine may allow no more channels on one connection, or it died just now: a new one does not care.
      around.log.info({ err: error }, 'no channel on the shared connection')
    }
  }
  const client = await logIn(around, connect, signIn)
  const signedIn = signIn.user() ?? ''
  const connection = around.connections.add(placeOf(connect, signedIn), client)
  const sessionId = await launch(around, connect, connection)
  await rememberUser(around, connect, signedIn)
  return sessionId
}

function placeOf({ grant, target }: OpenConnect, user: string) {
  return { grantId: grant.grantId, address: target.address, port: target.port, user }
}

async function launch(around: Surroundings, connect: OpenConnect, connection: SharedConnection): Promise<string> {
  const { attempt, machine, grant, port } = connect
  const { input } = attempt
  const size = { cols: input.cols ?? usualSize.cols, rows: input.rows ?? usualSize.rows }
  attempt.at('launch')
  const sessionId = randomUUID()
  const giveBack = connection.use()
  let shell: Shell
  try {
    shell = await openShell(connection.client, () => around.pipes.open(sessionId), {
      ...size,
      lang: around.ports.environment['LANG'],
      clock: around.ports.clock,
      watch: (redraw) =>
        around.recordings.watch({
          sessionId,
          machineId: machine.machineId,
          machineName: machine.name,
          user: connection.user,
          grantId: grant.grantId,
          port,
          ...size,
          redraw,
        }),
    })
  } catch (error) {
    giveBack()
    throw error
  }
  if (attempt.signal.aborted) {
    shell.cut()
    giveBack()
    throw attempt.signal.reason
  }
  const session = around.list.start(
    {
      machineId: machine.machineId,
      machineName: machine.name,
      grantId: grant.grantId,
      port,
      way: 'ssh',
      where: 'tab',
      user: connection.user,
    },
    sessionId,
  )
  session.live({
    cut(end) {
      shell.cut()
      // The time is over for everything that was opened under the grant, and nobody waits for the machine to agree.
      if (end === 'grantEnded') connection.destroy()
    },
    resize: (cols, rows) => shell.resize(cols, rows),
    bytes: () => shell.bytes(),
  })
  void followToEnd()
  return sessionId

  async function followToEnd(): Promise<void> {
    const ended = await shell.ended
    giveBack()
    if (ended.end === 'signedOut') session.finish('signedOut', ended.exitCode)
    else if (ended.end === 'connectionLost' && (await isOver(around, grant, port))) session.finish('grantEnded')
    else session.finish(ended.end)
  }
}

/** A gate cuts a moment before it says so. Where it cannot be asked within a second, what this console knows of the time left decides. */
export async function isOver(
  { grants }: Pick<Surroundings, 'grants'>,
  { machineId, grantId, leavesSessions }: Grant,
  port: number,
): Promise<boolean> {
  // No gate cut it.
  if (leavesSessions) return false
  const slow = delay(1000, undefined, { ref: false })
  const grant = await Promise.race([grants.get(grantId).catch(() => undefined), slow])
  return grant === undefined ? grants.openGrantFor(machineId, port) === undefined : grant.state !== 'open'
}
