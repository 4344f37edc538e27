/** `gatehouse-agent enrol CODE`: looks whether the machine can have it, makes its key, tells the gateway, and installs the agent. */
import { mkdir, rm } from 'node:fs/promises'
import { AgentReport, Enrolled } from '../contract/challenges.ts'
import { decodeEnrolment } from '../contract/invitationCode.ts'
import { enrolPath } from '../contract/proof.ts'
import { keyFile, loadGatewayKey } from '../identity.ts'
import { createAccounts } from './accounts.ts'
import { ownBundle } from './bundle.ts'
import { patienceS, writeEnrolment } from './enrolment.ts'
import { gatherFacts } from './facts.ts'
import { createGatewayClient, Refused } from './gatewayClient.ts'
import { install, uninstall } from './install.ts'
import { readStatement, toMachineKey } from './machineKey.ts'
import type { Places } from './places.ts'
import type { Run } from './programs.ts'
import { judgeMachine } from './supported.ts'

/** Answers the exit code. What is not supported changes nothing; an installation that fails is taken away again. */
export async function enrol(places: Places, run: Run, text: string, withSystemd: boolean, tell: (text: string) => void): Promise<number> {
  const code = decodeEnrolment(text)
  if (!code) {
    tell('This is not an enrolment code, or a part of it is wrong. It begins with MACH-.')
    return 2
  }
  const judged = await judgeMachine(places, run, withSystemd)
  if ('reason' in judged) {
    tell(`This machine cannot have sign-in challenges (${judged.reason}): ${judged.detail}.`)
    return 3
  }
  const bundle = ownBundle()
  await mkdir(places.state, { recursive: true, mode: 0o700 })
  // A machine that is enrolled again gets another key; the gateway revokes the old one.
  await rm(places.key, { force: true })
  const key = toMachineKey(await loadGatewayKey(keyFile(places.key)))
  const gateway = { address: code.address, fingerprint: code.fingerprint, pins: [Buffer.from(code.pin).toString('base64url')] }
  const client = createGatewayClient(() => gateway, key, { isFresh: true })
  const report = AgentReport.parse({ ...(await gatherFacts(places, run)), jitUsers: [], selfDisabled: false })
  const secret = Buffer.from(code.secret).toString('base64url')
  try {
    const enrolled = await client.ask(Enrolled, { method: 'POST', target: enrolPath, body: { secret, report } })
    const pins = readStatement(enrolled.statement, code.fingerprint, key.thumbprint)?.pins
    if (!pins) throw new Error('the gateway did not sign what it said')
    const { machineId, name } = enrolled
    const { address, fingerprint } = gateway
    await writeEnrolment(places, { machineId, name, gatewayName: code.name, address, fingerprint, pins, graceS: judged })
    await createAccounts(places, run).makeGroups()
    await install(places, run, { bundle, grace: judged, withSystemd })
    tell(
      `Enrolled as ${name} at ${code.name}. Sign-ins wait ${patienceS(judged.ssh)} s for an approval by SSH, ${patienceS(judged.login)} s at the console.`,
    )
    if (!withSystemd) tell('Something has to run "gatehouse-agent run".')
    return 0
  } catch (error) {
    const why =
      error instanceof Refused && error.code === 'unknownCaller'
        ? 'The gateway does not know this code: it was used, or is too old.'
        : String(error)
    tell(`Not enrolled. ${why}`)
    for (const line of await uninstall(places, run)) tell(`Left: ${line}`)
    return 1
  }
}
