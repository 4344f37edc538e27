/** The agent as a service, put together: mends what a crash left, then answers PAM and talks to its gateway until it is stopped. */
import { rm } from 'node:fs/promises'
import { AgentReport, Enrolled, type AgentOrders } from '../contract/challenges.ts'
import { keyFile, loadGatewayKey } from '../identity.ts'
import { createAccounts } from './accounts.ts'
import { createDoor } from './door.ts'
import { patienceS, readEnrolment, writeEnrolment } from './enrolment.ts'
import { gatherFacts } from './facts.ts'
import { createGatewayClient } from './gatewayClient.ts'
import { afterAttempt, healthy } from './health.ts'
import { openLedger } from './ledger.ts'
import type { Log } from './log.ts'
import { readStatement, toMachineKey } from './machineKey.ts'
import { createNames } from './names.ts'
import type { Places } from './places.ts'
import type { Run } from './programs.ts'
import { createTalk } from './report.ts'
import { createSignIns } from './signIns.ts'
import { listenOn, type Question, type Reply } from './socket.ts'
import { domainControllerReason } from './supported.ts'

const sweepMs = 2000
const lookMs = 15_000

/** Runs until `signal` is aborted. Throws when the machine is not enrolled, or what it keeps cannot be read. */
export async function serve(places: Places, run: Run, log: Log, signal: AbortSignal): Promise<void> {
  const found = await readEnrolment(places)
  if (!found) throw new Error('this machine is not enrolled: gatehouse-agent enrol CODE')
  let enrolment = found
  const key = toMachineKey(await loadGatewayKey(keyFile(places.key)))
  const client = createGatewayClient(() => enrolment, key)
  const ledger = await openLedger(places.ledger)
  const accounts = createAccounts(places, run)
  const names = createNames(places, accounts, ledger, log)
  const retiring = new AbortController()
  let health = healthy
  let policy: AgentOrders['jitAdmin'] | undefined
  let lastLook = ''

  let queue: Promise<unknown> = Promise.resolve()
  /** Users are changed by one at a time. */
  function exclusively<Value>(work: () => Promise<Value>): Promise<Value> {
    const result = queue.then(work, work)
    queue = result.catch(() => undefined)
    return result
  }

  const restore = () => names.apply(health.isOff ? undefined : policy)

  async function makeReport(): Promise<AgentReport> {
    const [facts, users, isDomainController] = await Promise.all([
      gatherFacts(places, run),
      exclusively(names.describe),
      domainControllerReason(places),
    ])
    return AgentReport.parse({
      ...facts,
      ...users,
      selfDisabled: health.isOff,
      facts: { domainController: isDomainController !== undefined },
    })
  }

  async function obey(orders: AgentOrders): Promise<void> {
    await signIns.end(orders.end)
    for (const id of orders.end) await talk.tell(id, { event: 'ended' })
    if (JSON.stringify(policy) === JSON.stringify(orders.jitAdmin) && names.state.userName !== undefined) return
    policy = orders.jitAdmin
    await exclusively(restore)
    log(names.state.userName === undefined ? `nobody is asked: ${names.state.fault ?? 'policy'}` : `challenges for ${names.state.userName}`)
    talk.changed()
  }

  async function attempted(outcome: 'worked' | 'failed'): Promise<void> {
    const before = health
    health = afterAttempt(health, outcome)
    if (before.isOff || !health.isOff) return
    log('challenges failed again and again: they are off until the agent is restarted', new Error('switched off'))
    await rm(places.challenged, { force: true })
    talk.changed()
  }

  const talk = createTalk({ client, ledger, report: makeReport, obey, log })
  const signIns = createSignIns({ ledger, accounts, log, tell: talk.tell, restore, exclusively })
  const door = createDoor({
    client,
    signIns,
    patience: (service) => patienceS(enrolment.graceS[service]) * 1000,
    signedIn: async () => [...new Set((await gatherFacts(places, run)).signedIn.map(({ user }) => user))],
    attempted,
    tell: talk.tell,
    log,
  })

  /** The gateway's TLS keys of now and of next time. */
  async function learnPins(): Promise<void> {
    const { statement } = await client.ask(Enrolled, { method: 'GET', target: '/v1/agent/me' })
    const pins = readStatement(statement, enrolment.fingerprint, key.thumbprint)?.pins
    if (!pins || pins.join() === enrolment.pins.join()) return
    enrolment = { ...enrolment, pins }
    await writeEnrolment(places, enrolment)
  }

  async function answer(question: Question): Promise<Reply> {
    const done: Reply = { ok: true, lines: [] }
    switch (question.do) {
      case 'show': {
        if (names.state.userName !== question.user || health.isOff) return { ok: false, lines: [] }
        const shown = await door.show({ ...question })
        return shown.ok ? { ok: true, lines: shown.lines } : { ok: false, lines: ['', shown.line] }
      }
      case 'wait': {
        const { ok, line } = await door.wait(question.caller)
        talk.changed()
        return { ok, lines: ['', line] }
      }
      case 'leave':
        door.leave(question.caller)
        return done
      case 'session':
        if (question.event === 'open') await signIns.opened(question.caller)
        else signIns.closed(question.caller)
        talk.changed()
        return done
      case 'report':
        talk.changed()
        return done
      case 'reset':
        health = healthy
        await exclusively(restore)
        talk.changed()
        return done
      case 'retire':
        policy = undefined
        await signIns.endAll()
        await exclusively(names.putAway)
        // When this was answered.
        setTimeout(() => retiring.abort(), 100)
        return done
      case 'status':
        return { ok: true, lines: statusLines() }
    }
  }

  /** Who is signed in is the report's: told again when it changes. */
  async function look(): Promise<void> {
    const { out } = await run('who', [])
    if (lastLook !== out) talk.changed()
    lastLook = out
  }

  function statusLines(): string[] {
    const { reachedAt, fault } = talk.state
    const { userName, fault: nobody } = names.state
    return [
      `Machine: ${enrolment.name}, enrolled at ${enrolment.gatewayName} (${enrolment.address})`,
      `Gateway: ${fault === '' && reachedAt !== undefined ? `reached at ${new Date(reachedAt).toISOString()}` : `not reached: ${fault}`}`,
      `Challenges: ${health.isOff ? 'switched off by themselves after failures; "reset" or a restart begins anew' : userName === undefined ? `off (${nobody ?? 'policy'})` : `for ${userName}`}`,
      ...ledger.now.signIns.map(
        (one) => `Signed in: ${one.userName}, root until ${new Date(one.adminUntil).toISOString()} (${one.challengeId})`,
      ),
    ]
  }

  // Nobody is asked before the gateway has said that it is so now.
  await exclusively(() => names.apply(undefined))
  await signIns.sweep()
  const close = await listenOn(places, answer, log)
  log(`serving ${enrolment.name}`)
  const sweeping = setInterval(() => {
    door.sweep()
    void signIns.sweep()
  }, sweepMs)
  const looking = setInterval(() => {
    void look()
    void learnPins().catch(() => undefined)
  }, lookMs)
  const stop = new AbortController()
  for (const one of [signal, retiring.signal]) one.addEventListener('abort', () => stop.abort(), { once: true })
  if (signal.aborted) stop.abort()
  try {
    void learnPins().catch((error: unknown) => log('the gateway did not say by which keys to know it', error))
    await talk.run(stop.signal)
  } finally {
    clearInterval(sweeping)
    clearInterval(looking)
    await rm(places.challenged, { force: true })
    await close()
  }
}
