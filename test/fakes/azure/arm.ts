/** The stand-in of Azure Resource Manager: what is declared is held against the contract, both ways; faults come as they were told. */
import { z } from 'zod'
import type { AccessToken } from './authority.ts'
import { findOperation, judgeAnswered, judgeSent, type Found } from './contract.ts'
import { json, refusal, type Answer, type Asked } from './exchange.ts'
import type { Fault } from './faults.ts'
import { createGraphAnswers } from './graph.ts'
import { InitiateBody, type Jit } from './jit.ts'
import type { Policy, World } from './world.ts'

export interface ArmOptions {
  tokenOf: (bearer: string) => AccessToken | undefined
  fault: (method: string, path: string) => Fault | undefined
  permissions: (path: string) => { actions: string[]; notActions: string[] }[]
  /** Policies on one page of a list. */
  pageSize: () => number
  origin: () => string
  limitHit: () => boolean
}

const claims = Buffer.from(JSON.stringify({ access_token: { nbf: { essential: true, value: '1604106651' } } })).toString('base64')

const notFound = () => refusal(404, 'ResourceNotFound', 'Policy not found')

const broken = (status = 500) => refusal(status, 'InternalServerError', 'Internal server error has occurred.')

function after(answer: Answer, fault: Fault | undefined): Answer {
  if (fault?.kind === 'broken') return broken(fault.status)
  if (fault?.kind === 'lost') return { ...answer, isLost: true }
  if (fault?.kind === 'cut') return { ...answer, body: answer.body.slice(0, Math.floor(answer.body.length / 2)) }
  if (fault?.kind === 'slow') return { ...answer, delayMs: fault.ms }
  if (fault?.kind === 'unknownEnum')
    return { ...answer, body: answer.body.replaceAll(/"status":"(?:Initiating|Initiated)"/g, '"status":"Preparing"') }
  return answer
}

function challenge(): Answer {
  return refusal(401, 'InvalidAuthenticationToken', 'A claims challenge.', {
    'www-authenticate': `Bearer realm="", authorization_uri="https://login.example/", error="insufficient_claims", claims="${claims}"`,
  })
}

export function createArmAnswers(world: World, jit: Jit, options: ArmOptions) {
  /** What is against the contract: the console's fault, or the stand-in's own. */
  const violations: string[] = []
  let mustHaveClaims = false
  const graph = createGraphAnswers(world, { limitHit: options.limitHit, visible: (id) => world.subscriptions.has(id) })

  function policyOf({ values }: Found): { key: string; id: string; policy: Policy | undefined } {
    const { subscriptionId = '', resourceGroupName = '', ascLocation = '', jitNetworkAccessPolicyName = '' } = values
    const id = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroupName}/providers/Microsoft.Security/locations/${ascLocation}/jitNetworkAccessPolicies/${jitNetworkAccessPolicyName}`
    return { key: id.toLowerCase(), id, policy: world.policies.get(id.toLowerCase()) }
  }

  function list({ values }: Found, query: URLSearchParams, fault: Fault | undefined): Answer {
    const prefix = `/subscriptions/${values['subscriptionId'] ?? ''}/`.toLowerCase()
    const all = [...world.policies].filter(([key]) => key.startsWith(prefix)).map(([, policy]) => policy)
    const from = Number(query.get('$skip') ?? 0)
    const end = from + options.pageSize()
    const elsewhere = fault?.kind === 'foreignNextLink' ? 'https://127.0.0.1:9' : options.origin()
    const hasMore = end < all.length || fault?.kind === 'foreignNextLink'
    const next = `${elsewhere}${prefix}providers/Microsoft.Security/jitNetworkAccessPolicies?api-version=2020-01-01&$skip=${end}`
    return json(200, { value: all.slice(from, end), ...(hasMore && { nextLink: next }) })
  }

  function put(found: Found, body: unknown): Answer {
    const { key, id, policy } = policyOf(found)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the contract was checked
    const sent = structuredClone(body) as Policy
    const { jitNetworkAccessPolicyName: name = '', ascLocation: location = '' } = found.values
    const made: Policy = {
      ...sent,
      id: policy?.id ?? id,
      name,
      type: 'Microsoft.Security/locations/jitNetworkAccessPolicies',
      location,
      properties: { ...sent.properties, provisioningState: 'Succeeded' },
    }
    world.policies.set(key, made)
    return json(200, made)
  }

  function initiate(
    found: Found,
    body: unknown,
    caller: { name: string; address: string; clientRequestId: string },
    fault: Fault | undefined,
  ): Answer {
    const { policy } = policyOf(found)
    if (!policy) return notFound()
    const wanted = InitiateBody.parse(body)
    const words = jit.refusal(policy, wanted)
    if (words !== undefined) return refusal(400, 'BadRequest', words)
    const told = json(202, jit.initiate(policy, wanted, caller))
    if (fault?.kind !== 'otherSubscription') return told
    // As the official example has it.
    return { ...told, body: told.body.replaceAll(/\/subscriptions\/[0-9a-f-]+/g, '/subscriptions/3eeab341-f466-499c-a8be-85427e154baf') }
  }

  function act(found: Found, { query }: Asked, body: unknown, caller: Parameters<typeof initiate>[2], fault: Fault | undefined): Answer {
    const { key, policy } = policyOf(found)
    switch (found.operation.operationId) {
      case 'JitNetworkAccessPolicies_List':
        return list(found, query, fault)
      case 'JitNetworkAccessPolicies_Get':
        return policy ? json(200, policy) : notFound()
      case 'JitNetworkAccessPolicies_CreateOrUpdate':
        return put(found, body)
      case 'JitNetworkAccessPolicies_Delete':
        return { status: world.policies.delete(key) ? 200 : 204, headers: {}, body: '' }
      case 'JitNetworkAccessPolicies_Initiate':
        return initiate(found, body, caller, fault)
      default:
        return refusal(400, 'BadRequest', `the stand-in does not do ${found.operation.operationId}`)
    }
  }

  function declared(found: Found, asked: Asked, token: AccessToken, fault: Fault | undefined): Answer {
    const body: unknown = asked.body === '' ? undefined : JSON.parse(asked.body)
    const wrong = judgeSent(found, asked.query, body)
    if (wrong !== undefined) {
      violations.push(`sent: ${asked.method} ${asked.path}: ${wrong}`)
      return refusal(400, 'BadRequest', wrong)
    }
    jit.expire()
    const caller = { name: token.person.name, address: '127.0.0.1', clientRequestId: asked.headers['x-ms-client-request-id'] ?? '' }
    const answer = act(found, asked, body, caller, fault)
    const told: unknown = answer.body === '' ? undefined : JSON.parse(answer.body)
    const own = judgeAnswered(found, answer.status, told)
    if (own !== undefined) violations.push(`answered: ${asked.method} ${asked.path}: ${own}`)
    return answer
  }

  function activity(query: URLSearchParams): Answer {
    const filter = query.get('$filter') ?? ''
    const from = /eventTimestamp ge '([^']+)'/.exec(filter)?.[1]
    const provider = /resourceProvider eq '([^']+)'/.exec(filter)?.[1]
    const correlation = /correlationId eq '([^']+)'/.exec(filter)?.[1]
    if (from === undefined || (provider === undefined) === (correlation === undefined))
      return refusal(400, 'BadRequest', 'The filter is not one that can be asked for.')
    const found = world.activity
      .filter((event) => Date.parse(String(event['eventTimestamp'])) >= Date.parse(from))
      .filter((event) =>
        correlation === undefined
          ? JSON.stringify(event['operationName']).toLowerCase().includes(String(provider).toLowerCase())
          : event['correlationId'] === correlation,
      )
    const at = Number(query.get('$skip') ?? 0)
    const end = at + 200
    const next = `${options.origin()}${query.get('fake_path') ?? ''}?api-version=2015-04-01&$filter=${encodeURIComponent(filter)}&$skip=${end}`
    return json(200, { value: found.slice(at, end), ...(end < found.length && { nextLink: next }) })
  }

  function other(asked: Asked, token: AccessToken): Answer {
    const { method, path, query } = asked
    if (method === 'GET' && path === '/tenants')
      return json(200, {
        value: token.person.tenants.map(({ tenantId, name, domain }) => ({
          id: `/tenants/${tenantId}`,
          tenantId,
          displayName: name,
          defaultDomain: domain,
        })),
      })
    if (method === 'POST' && path === '/providers/Microsoft.ResourceGraph/resources') return graph.handle(asked.body)
    if (method === 'GET' && path.endsWith('/providers/Microsoft.Authorization/permissions'))
      return json(200, { value: options.permissions(path) })
    if (method === 'GET' && path.endsWith('/providers/Microsoft.Insights/eventtypes/management/values')) {
      const subscription = path.split('/')[2]
      query.set('fake_path', path)
      const answer = activity(query)
      const told = z.object({ value: z.array(z.looseObject({ subscriptionId: z.string().optional() })) }).safeParse(JSON.parse(answer.body))
      if (!told.success) return answer
      return {
        ...answer,
        body: JSON.stringify({
          ...told.data,
          ...JSON.parse(answer.body),
          value: told.data.value.filter((one) => one.subscriptionId === subscription),
        }),
      }
    }
    return refusal(404, 'InvalidResourceType', `the stand-in has no ${method} ${path}`)
  }

  function before(fault: Fault | undefined): Answer | undefined {
    if (fault?.kind === 'claims') {
      mustHaveClaims = true
      return challenge()
    }
    if (fault?.kind === 'unauthorized')
      return refusal(401, 'InvalidAuthenticationToken', 'The access token is invalid.', {
        'www-authenticate': 'Bearer error="invalid_token"',
      })
    if (fault?.kind === 'forbidden') {
      const { action = 'Microsoft.Security/locations/jitNetworkAccessPolicies/initiate/action' } = fault
      const words = `The client 'kim' does not have authorization to perform action '${action}' over scope '/subscriptions/s'.`
      return refusal(403, 'AuthorizationFailed', words)
    }
    if (fault?.kind === 'notFound') return notFound()
    if (fault?.kind === 'conflict') return refusal(409, 'AnotherOperationInProgress', 'Another operation is in progress.')
    if (fault?.kind === 'throttle') return refusal(429, 'TooManyRequests', 'Slow down.', { 'retry-after': String(fault.retryAfterS) })
    if (fault?.kind === 'broken' && !fault.hasEffect) return broken(fault.status)
    if (fault?.kind === 'lost' && !fault.hasEffect) return { status: 0, headers: {}, body: '', isLost: true }
    return undefined
  }

  return {
    violations,
    graph,
    handle(asked: Asked): Answer {
      const { method, path, headers } = asked
      const token = options.tokenOf((headers['authorization'] ?? '').replace(/^Bearer /, ''))
      if (!token || token.expiresAt <= world.now())
        return refusal(401, 'ExpiredAuthenticationToken', 'The access token expiry UTC time is earlier than current UTC time.', {
          'www-authenticate': 'Bearer error="invalid_token"',
        })
      if (mustHaveClaims && token.claims === '') return challenge()
      const fault = options.fault(method, path)
      const early = before(fault)
      if (early) return early
      const found = findOperation(method, path)
      return after(found ? declared(found, asked, token, fault) : other(asked, token), fault)
    },
  }
}
