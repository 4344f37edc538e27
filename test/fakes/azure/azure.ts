/**
 * A FAKE of Azure, for tests: it stands in for the sign-in service and for Azure Resource Manager, over HTTPS on loopback. No claim is made that the
 * real service behaves like this where its public contract does not say so; the product was never run against the real one.
 * Every request for a JIT policy and each of its answers is held against the official OpenAPI (./openapi); what does not fit is in `violations`.
 */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Agent, createServer, request as httpsRequest } from 'node:https'
import type { Duplex } from 'node:stream'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createArmAnswers } from './arm.ts'
import { createAuthority, type FakePerson } from './authority.ts'
import { makeCertificate } from './certificate.ts'
import type { Answer, Asked } from './exchange.ts'
import { createFaults } from './faults.ts'
import { createJit } from './jit.ts'
import { createWorld } from './world.ts'

export interface HeardRequest {
  method: string
  path: string
  status: number
  clientRequestId: string
}

export interface FakeAzureOptions {
  /** More than one: the person has to choose. */
  tenants?: { tenantId: string; name: string; domain: string }[]
  person?: string
  /** How long a window takes to open. */
  openAfterMs?: number
  /** A range is only allowed as a whole (azure-docs#53026). */
  isStrict?: boolean
  tokenLifeS?: number
  /** The world's clock; the real one unless told. */
  now?: () => number
  /** Each answer takes this long. */
  delayMs?: number
}

export type FakeAzure = Awaited<ReturnType<typeof startAzure>>

/** The parts without a network: `handle` answers a request. */
export function createFakeAzure(options: FakeAzureOptions = {}) {
  const { tenants = [{ tenantId: randomUUID(), name: 'Contoso', domain: 'contoso.example' }], person = 'kim@contoso.example' } = options
  let aheadMs = 0
  const settings = {
    openAfterMs: options.openAfterMs ?? 0,
    isStrict: options.isStrict ?? false,
    tokenLifeS: options.tokenLifeS ?? 3600,
    delayMs: options.delayMs ?? 0,
    pageSize: 1000,
    limitHit: false,
    /** What this person may do, everywhere; and in some resource groups beside that. */
    permissions: [{ actions: ['*'], notActions: [] as string[] }],
    groupPermissions: new Map<string, { actions: string[]; notActions: string[] }[]>(),
  }
  const now = () => (options.now?.() ?? Date.now()) + aheadMs
  let origin = 'https://management.example'
  const world = createWorld(tenants[0]?.tenantId ?? '', now)
  const jit = createJit(world, { openAfterMs: () => settings.openAfterMs, isStrict: () => settings.isStrict })
  const faults = createFaults()
  const requests: HeardRequest[] = []
  const authority = createAuthority({ origin: () => origin, now, tokenLifeS: () => settings.tokenLifeS })
  const kim: FakePerson = { name: person, oid: randomUUID(), tenants }
  authority.become(kim)
  const arm = createArmAnswers(world, jit, {
    tokenOf: (bearer) => authority.accessTokens.get(bearer),
    fault: (method, path) => faults.take(method, path),
    permissions(path) {
      const group = /\/resourceGroups\/([^/]+)\//i.exec(path)?.[1] ?? ''
      return [...settings.permissions, ...(settings.groupPermissions.get(group.toLowerCase()) ?? [])]
    },
    pageSize: () => settings.pageSize,
    origin: () => origin,
    limitHit: () => settings.limitHit,
  })

  return {
    world,
    settings,
    faults,
    authority,
    person: kim,
    /** What was asked of Resource Manager, in order. */
    requests,
    violations: arm.violations,
    /** Requests for access that had an effect. */
    initiations: jit.initiations,
    graph: arm.graph,
    clock: {
      now,
      /** The stand-in's clock goes on; windows end. */
      pass(ms: number) {
        aheadMs += ms
        jit.expire()
      },
    },
    listenAt(place: string) {
      origin = place
    },
    /** A token without a sign-in, for what needs none. */
    token(claims = ''): string {
      const token = `fake-access-${randomUUID()}`
      authority.accessTokens.set(token, {
        person: kim,
        tenantId: tenants[0]?.tenantId ?? '',
        clientId: '',
        claims,
        expiresAt: Infinity,
      })
      return token
    },
    handle(asked: Asked): Answer {
      const signIn = authority.handle(asked)
      if (signIn) return signIn
      const answer = arm.handle(asked)
      const clientRequestId = asked.headers['x-ms-client-request-id'] ?? ''
      requests.push({ method: asked.method, path: asked.path, status: answer.isLost === true ? 0 : answer.status, clientRequestId })
      return answer
    },
    stop: () => jit.stop(),
  }
}

/** Listens on loopback. `cloudFile` is what the console's azure-cloud.json has to say; `caFile` is in it. */
export async function startAzure(options: FakeAzureOptions = {}) {
  const fake = createFakeAzure(options)
  const { ca, cert, key } = await makeCertificate()
  const folder = mkdtempSync(join(tmpdir(), 'fake-azure-'))
  const caFile = join(folder, 'ca.pem')
  writeFileSync(caFile, ca)
  const sockets = new Set<Duplex>()

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = ''
    request.setEncoding('utf8')
    for await (const chunk of request) body += String(chunk)
    const url = new URL(request.url ?? '/', origin)
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
    const told = fake.handle({ method: request.method ?? '', path: url.pathname, query: url.searchParams, headers, body })
    const waitMs = (told.delayMs ?? 0) + fake.settings.delayMs
    if (waitMs > 0) await pause(waitMs)
    if (told.isLost === true) {
      request.socket.destroy()
      return
    }
    response.writeHead(told.status, { date: new Date(fake.clock.now()).toUTCString(), ...told.headers })
    response.end(told.body)
  }

  const server = createServer({ key, cert }, (request, response) => void answer(request, response).catch(() => request.socket.destroy()))
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const origin = `https://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  fake.listenAt(origin)
  const place = { authority: origin, resourceManager: origin, ca: caFile }

  return {
    ...fake,
    server,
    origin,
    caFile,
    cloudFile: { public: place, usGovernment: place, china: place },
    addVm: fake.world.addVm,
    addPolicy: (...args: Parameters<typeof fake.world.addPolicy>) => fake.world.addPolicy(...args),
    addSubscription: fake.world.addSubscription,
    /** What the person's browser does with the address that the console opens: signs in, and goes back. Answers the last page. */
    async browse(url: string): Promise<string> {
      const page = await fetchText(url, ca)
      const action = /action="([^"]+)"/.exec(page)?.[1]
      if (action === undefined) return page
      const fields = [...page.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [
        name,
        value.replaceAll('&quot;', '"'),
      ])
      const response = await fetch(action.replace('localhost', '127.0.0.1'), { method: 'POST', body: new URLSearchParams(fields) })
      return response.text()
    },
    async stop() {
      fake.stop()
      await fake.world.ports.stop()
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => void server.close(resolve))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function fetchText(url: string, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = httpsRequest(url, { agent: new Agent({ ca }) }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk) => (text += String(chunk)))
      response.once('end', () => resolve(text))
    })
    asked.once('error', reject)
    asked.end()
  })
}
