/** A machine's desktop in the system's own client: its certificate compared and pinned, the credential handed over, the program watched. */
import { CallError } from '../callError.ts'
import type { Running } from '../ports.ts'
import type { OpenConnect, Surroundings } from './connecting.ts'
import { passwordName } from './needs.ts'
import { certificateOf, type ServerCertificate } from './rdp/certificate.ts'
import { chooseClient, findClients, type RdpClient } from './rdp/findClients.ts'
import { launchRdp, nameOf } from './rdp/launchRdp.ts'
import { createSavedSecret } from './savedSecrets.ts'
import { createAsks, type Asks, type Typed } from './ssh/asks.ts'
import { knownUser, rememberUser, suggestedUser } from './ssh/login.ts'
import { isOver } from './ssh/tab.ts'

const mostPasswords = 3

/** The client that will be used. Throws CallError clientMissing: no port need be opened for it. */
export async function clientFor({ ports, settings }: Pick<Surroundings, 'ports' | 'settings'>): Promise<RdpClient> {
  return chooseClient(await findClients(ports.programs, ports.info.platform), settings().rdpClient, ports.programs)
}

/** Steps: reach, identity, signIn, launch. Answers the session's id. Throws CallError. */
export async function openDesktop(around: Surroundings, connect: OpenConnect, client: RdpClient): Promise<string> {
  const { attempt, machine, grant, port, target } = connect
  const asks = createAsks(attempt)
  attempt.at('reach')
  const certificate = await certificateOf(target, { signal: attempt.signal })
  attempt.at('identity')
  await checkCertificate(around, machine.machineId, certificate, asks)
  attempt.at('signIn')
  const user = knownUser(connect) ?? (await asks.user(suggestedUser(connect)))
  const running = await launchSignedIn(around, connect, { client, certificate: certificate.fingerprint, user }, asks)
  await rememberUser(around, connect, user)

  const session = around.list.start({
    machineId: machine.machineId,
    machineName: machine.name,
    grantId: grant.grantId,
    port,
    way: 'rdp',
    where: attempt.input.where,
    keep: attempt.input.keep,
    client: nameOf(client),
    user,
  })
  session.live({ cut: () => running.end() })
  void followToEnd()
  return session.sessionId

  async function followToEnd(): Promise<void> {
    const { exitCode } = await running.ended
    // A client whose connection the gate cut just exits.
    if (await isOver(around, grant, port)) session.finish('grantEnded')
    else session.finish('clientExited', exitCode ?? undefined)
  }
}

async function checkCertificate(
  { machines, record }: Pick<Surroundings, 'machines' | 'record'>,
  machineId: string,
  shown: ServerCertificate,
  asks: Asks,
): Promise<void> {
  const { fingerprint, subject } = shown
  const note = (action: string, outcome: 'ok' | 'refused', more: Record<string, string> = {}) =>
    record({ action, outcome, machineId, detail: { fingerprint, subject, ...more } })
  const pinned = machines.certificates(machineId)
  if (pinned.some((pin) => pin.fingerprint === fingerprint)) return
  if (pinned.length > 0) {
    const expected = pinned.map((pin) => pin.fingerprint).join(' ')
    note('certificate.changed', 'refused', { expected })
    throw new CallError({ tag: 'identityChanged', kind: 'certificate', machineId, expected, shown: fingerprint })
  }
  if (!(await asks.certificate(shown))) {
    note('certificate.refused', 'refused')
    throw new CallError({ tag: 'identityRefused' })
  }
  await machines.pinCertificate(machineId, fingerprint)
  note('certificate.pinned', 'ok')
}

/** Asks for the password until the machine takes it, where it says so; a client that asks by itself is simply started. */
async function launchSignedIn(
  around: Surroundings,
  { attempt, machine, target }: OpenConnect,
  how: { client: RdpClient; certificate: string; user: string },
  asks: Asks,
): Promise<Running> {
  const { ports } = around
  const { user, client } = how
  const saved = createSavedSecret(ports.secrets, passwordName(machine.machineId, user))
  const start = (password: string | undefined) => {
    attempt.at('launch')
    return launchRdp({
      ...how,
      ...(password !== undefined && { password }),
      target,
      title: machine.name,
      programs: ports.programs,
      environment: ports.environment,
      signal: attempt.signal,
    })
  }
  if (client.template.credentialHandover !== 'stdin') return start(undefined)

  const kept = await saved.read()
  let again = false
  for (let refusals = kept === undefined ? 0 : -1; ; refusals += 1) {
    const typed: Typed =
      kept !== undefined && refusals < 0 ? { text: kept, remember: false } : await asks.password(user, again, saved.canRemember())
    try {
      const running = await start(typed.text)
      await saved.accepted(typed.text, typed.remember)
      return running
    } catch (error) {
      if (!(error instanceof CallError && error.failure.tag === 'signInRefused') || refusals >= mostPasswords - 1) throw error
      if (refusals < 0) saved.refused()
      again = true
    }
  }
}
