/** The console's provider with the stand-in in the same process, by a clock that a test moves: for what is tried thousands of times. */
import { createHttpHeaders, type HttpClient, type PipelineRequest } from '@azure/core-rest-pipeline'
import { createArm } from '../../../../main/providers/azure/arm.ts'
import type { Cloud } from '../../../../main/providers/azure/clouds.ts'
import { openProvider, type AzureProvider } from '../../../../main/providers/azure/provider.ts'
import type { TenantRecord } from '../../../../main/providers/azure/record.ts'
import type { Clock } from '../../../../main/ports.ts'
import type { createFakeAzure } from '../../../fakes/azure/azure.ts'
import type { Answer, Asked } from '../../../fakes/azure/exchange.ts'
import { fakeSecrets } from '../../../fakes/fakeSecrets.ts'

type Fake = ReturnType<typeof createFakeAzure>

const cloud: Cloud = {
  name: 'public',
  authority: 'https://login.example',
  resourceManager: 'https://management.example',
  clientId: 'c',
  isPrivate: true,
}

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

export function toAsked(request: PipelineRequest): Asked {
  const url = new URL(request.url)
  return {
    method: request.method,
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers.toJSON(),
    body: typeof request.body === 'string' ? request.body : '',
  }
}

export function reset(): Error {
  return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })
}

/** `answer` decides what becomes of a request; the stand-in's own answer unless told. */
export function openDirect(options: {
  fake: Fake
  folder: string
  clock: Clock
  sleep: (ms: number) => Promise<unknown>
  answer?: (asked: Asked) => Promise<Answer> | Answer
}): AzureProvider {
  const { fake, folder, clock, sleep, answer = (asked) => fake.handle(asked) } = options
  let record: TenantRecord = {
    id: 'az00000000000000',
    name: 'Contoso',
    tenantId: 't',
    cloud: 'public',
    clientId: 'c',
    account: { homeAccountId: 'h', environment: 'e', tenantId: 't', localAccountId: 'l', username: fake.person.name },
    subscriptions: 0,
    notLicensed: [],
  }
  const httpClient: HttpClient = {
    async sendRequest(request) {
      const told = await answer(toAsked(request))
      if (told.isLost === true) throw reset()
      return { request, status: told.status, headers: createHttpHeaders(told.headers), bodyAsText: told.body }
    },
  }
  const arm = createArm({
    id: record.id,
    cloud,
    credential: {
      getToken: (_, { claims } = {}) => Promise.resolve({ token: fake.token(claims), expiresOnTimestamp: Infinity }),
      distrust: () => undefined,
      refused: () => undefined,
    },
    httpClient,
    sleep,
    clock,
    heard: () => undefined,
  })
  return openProvider({
    id: record.id,
    name: record.name,
    technician: fake.person.name,
    arm,
    record: () => record,
    update(change) {
      record = { ...record, ...change }
    },
    isOffline: () => false,
    usesProxy: () => Promise.resolve(false),
    folder,
    secrets: fakeSecrets(),
    clock,
    log: quiet,
    sleep,
    close: () => Promise.resolve(),
  })
}
