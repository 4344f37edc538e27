/**
 * What a request to Azure costs beyond Azure: from the click to the answer, through the sign-in's token, the checks and what is written down, against the
 * bare request for the same over the same kind of connection, in turn; and how soon an open port is noticed. Azure is the stand-in, on loopback.
 */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request as httpsRequest } from 'node:https'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createAzure } from '../../main/providers/azure/azure.ts'
import { createProviders } from '../../main/providers/ids.ts'
import type { Provider } from '../../main/providers/provider.ts'
import { startAzure, type FakeAzure } from '../fakes/azure/azure.ts'
import { rule } from '../fakes/azure/world.ts'
import { realClock } from '../fakes/fakeClock.ts'
import { fakeSecrets } from '../fakes/fakeSecrets.ts'
import { machinesOf } from '../main/providers/azure/machinesOf.ts'
import type { Measure } from './relay.bench.ts'
import { quantile } from './quantiles.ts'

const rounds = 60
const openings = 10
const openPort = 2222
const allowedMs = 150
const noticeMs = 300
const hourMs = 3600_000

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

export async function run(): Promise<Measure[]> {
  const fake = await startAzure()
  const folder = mkdtempSync(join(tmpdir(), 'azure-bench-'))
  writeFileSync(join(folder, 'azure-cloud.json'), JSON.stringify(fake.cloudFile))
  for (let index = 0; index < rounds * 2; index += 1) {
    fake.addPolicy([fake.addVm({ name: `vm-${index}`, resourceGroup: `rg-${index}`, privateIp: '127.77.0.9' }).id])
  }
  const server = createServer((socket) => void socket.end()).listen(0, '127.0.0.1')
  await new Promise((resolve) => void server.once('listening', resolve))
  const address = server.address()
  const target = { host: '127.0.0.1', port: typeof address === 'object' && address !== null ? address.port : 0 }
  for (let index = 0; index < openings; index += 1) {
    // Behind a firewall its port is to be learned too.
    const behind = index % 2 === 0 ? { publicIp: `127.77.1.${index + 1}` } : { firewall: { publicIp: '127.0.0.1' } }
    const vm = fake.addVm({ name: `opens-${index}`, resourceGroup: `rg-opens-${index}`, targets: { [openPort]: target }, ...behind })
    fake.addPolicy([vm.id], { rules: [rule(openPort)] })
  }
  const providers = createProviders([])
  const desktop = { openWebPage: async (url: string) => void fake.browse(url) }
  const azure = createAzure({ folder, secrets: fakeSecrets(), clock: realClock, log: quiet, providers, desktop, changed: () => undefined })
  const bare = startBare(fake)
  try {
    const { signInId } = await azure.beginSignIn({ cloud: 'public', way: 'browser' })
    for (let waits = 0; azure.signIn(signInId).kind !== 'done' && waits < 500; waits += 1) await pause(20)
    const [provider] = providers.all
    if (!provider) throw new Error('not signed in')
    const ids = new Map((await machinesOf(provider)).map(({ name, id }) => [name, id]))
    const own: number[] = []
    const raw: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      const ownMs = await timeOf(() => ask(provider, ids.get(`vm-${round * 2}`)))
      const rawMs = await timeOf(() => bare.initiate(`rg-${round * 2 + 1}`, `vm-${round * 2 + 1}`))
      // The first ones warm up code and connections.
      if (round < 10) continue
      own.push(ownMs)
      raw.push(rawMs)
    }
    const noticed: number[] = []
    for (let index = 0; index < openings; index += 1) noticed.push(await noticeOf(fake, provider, ids.get(`opens-${index}`)))
    const [p50, rawP50, p95] = [quantile(own, 0.5), quantile(raw, 0.5), quantile(own, 0.95)]
    return [
      {
        measure: 'azure-overhead',
        value: p50 - rawP50,
        unit: 'ms',
        against: `${allowedMs} ms; the bare request takes ${rawP50.toFixed(1)} ms`,
        ratio: (p50 - rawP50) / allowedMs,
      },
      {
        measure: 'azure-overhead-p95',
        value: p95 - quantile(raw, 0.95),
        unit: 'ms',
        against: `${allowedMs} ms`,
        ratio: (p95 - quantile(raw, 0.95)) / allowedMs,
      },
      { measure: 'azure-request', value: p50, unit: 'ms', against: 'the bare request', ratio: p50 / rawP50 },
      {
        measure: 'azure-notice',
        value: quantile(noticed, 1),
        unit: 'ms (longest)',
        against: `${noticeMs} ms`,
        ratio: quantile(noticed, 1) / noticeMs,
      },
    ]
  } finally {
    bare.close()
    await azure.close()
    for (const provider of providers.all) await provider.close()
    await fake.stop()
    server.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function ask(provider: Provider, machineId = '', port = 22): Promise<string> {
  const { id } = await provider.request({ idempotencyKey: randomUUID(), machineId, ports: [port], durationMs: hourMs, reason: 'ticket 7' })
  return id
}

/** From the port being open to the console saying so. */
async function noticeOf(fake: FakeAzure, provider: Provider, machineId: string | undefined): Promise<number> {
  // Within the intervals that have grown to their longest.
  fake.settings.openAfterMs = 3000 + Math.random() * 500
  const id = await ask(provider, machineId, openPort)
  const opened = Promise.withResolvers<number>()
  const look = async (): Promise<void> => {
    const { state } = await provider.grant(id)
    if (state === 'open') opened.resolve(performance.now())
  }
  const stop = provider.onChange(() => {
    void look()
  })
  let openedAt = 0
  while (openedAt === 0) {
    const port = [...fake.world.policies.values()]
      .flatMap(({ properties }) => properties.requests ?? [])
      .at(-1)
      ?.virtualMachines[0]?.ports.find(({ status }) => status === 'Initiated')
    if (port) openedAt = performance.now()
    else await pause(2)
  }
  const noticedAt = await opened.promise
  stop()
  return noticedAt - openedAt
}

/** The same request, and nothing around it. */
function startBare(fake: FakeAzure) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: readFileSync(fake.caFile, 'utf8') })
  const token = fake.token()
  const [subscription] = fake.world.subscriptions.keys()
  return {
    initiate: (group: string, name: string) =>
      new Promise<void>((resolve, reject) => {
        const scope = `/subscriptions/${subscription ?? ''}/resourceGroups/${group}/providers`
        const ports = [{ number: 22, endTimeUtc: new Date(Date.now() + hourMs).toISOString() }]
        const body = JSON.stringify({
          virtualMachines: [{ id: `${scope}/Microsoft.Compute/virtualMachines/${name}`, ports }],
          justification: 'ticket 7',
        })
        const path = `${scope}/Microsoft.Security/locations/westeurope/jitNetworkAccessPolicies/default/initiate?api-version=2020-01-01`
        const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
        const asked = httpsRequest(fake.origin + path, { method: 'POST', agent, headers }, (answer) => {
          answer.resume()
          answer.once('end', () => (answer.statusCode === 202 ? resolve() : reject(new Error(`status ${answer.statusCode ?? 0}`))))
        })
        asked.once('error', reject)
        asked.end(body)
      }),
    close: () => agent.destroy(),
  }
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now()
  await work()
  return performance.now() - startedMs
}
