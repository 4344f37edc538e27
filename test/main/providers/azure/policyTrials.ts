/**
 * Policies as anybody may have made them, and changes to them: after each, what a careful reading of the change says must be there is there, and all else
 * is as it was. The oracle is written from what a technician wants, not from how the change is made.
 */
import * as fc from 'fast-check'
import { applyEdits, type Edit } from '../../../../main/providers/azure/change.ts'
import { JitPolicy } from '../../../../main/providers/azure/schemas.ts'
import type { PortRule } from '../../../../preload/contract.ts'

const names = ['web-1', 'WEB-2', 'db_1', 'büro']
const idOf = (name: string) => `/subscriptions/s/resourceGroups/Rg/providers/Microsoft.Compute/virtualMachines/${name}`

const extra = fc.dictionary(fc.constantFrom('x-new', 'etag', 'tags', 'systemData', 'note'), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 2 })
const source = fc.oneof(
  fc.constant({}),
  fc.record({ allowedSourceAddressPrefix: fc.constantFrom('*', '10.0.0.0/8', '192.0.2.1') }),
  fc.record({ allowedSourceAddressPrefixes: fc.subarray(['10.0.0.0/8', '192.0.2.0/24', '2001:db8::/32'], { minLength: 1 }) }),
)
const duration = fc.constantFrom('PT5M', 'PT1H', 'PT3H', 'P1D')
const portRule = fc
  .tuple(
    extra,
    fc.record({
      number: fc.constantFrom(22, 3389, 5985, 443),
      protocol: fc.constantFrom('TCP', 'UDP', '*', 'QUIC'),
      maxRequestAccessDuration: duration,
    }),
    source,
  )
  .map(([others, one, from]) => ({ ...others, ...one, ...from }))
const machine = fc
  .tuple(
    extra,
    fc.record({
      id: fc.constantFrom(...names).map(idOf),
      ports: fc.uniqueArray(portRule, { selector: ({ number }) => number, maxLength: 4 }),
    }),
    fc.option(fc.constant({ publicIpAddress: '20.0.0.1' }), { nil: {} }),
  )
  .map(([others, one, firewall]) => ({ ...others, ...one, ...firewall }))
const request = fc
  .tuple(
    extra,
    fc.record({
      startTimeUtc: fc.constantFrom('2026-05-06T07:08:09.1234567Z', '2026-05-06T07:08:09Z'),
      requestor: fc.constantFrom('kim', 'barbara'),
      virtualMachines: fc.array(
        fc.record({
          id: fc.constantFrom(...names).map(idOf),
          ports: fc.array(
            fc.record({
              number: fc.constantFrom(22, 3389),
              endTimeUtc: fc.constant('2026-05-06T10:08:09.1234567Z'),
              status: fc.constantFrom('Initiated', 'Initiating', 'Revoked', 'Preparing'),
            }),
            { minLength: 1, maxLength: 2 },
          ),
        }),
        { minLength: 1, maxLength: 2 },
      ),
    }),
  )
  .map(([others, one]) => ({ ...others, ...one }))

const policy = fc
  .tuple(extra, extra, fc.uniqueArray(machine, { selector: ({ id }) => id, maxLength: 4 }), fc.array(request, { maxLength: 3 }))
  .map(([others, inner, virtualMachines, requests]) => ({
    ...others,
    id: '/subscriptions/s/resourceGroups/Rg/providers/Microsoft.Security/locations/westeurope/jitNetworkAccessPolicies/default',
    name: 'default',
    type: 'Microsoft.Security/locations/jitNetworkAccessPolicies',
    location: 'westeurope',
    kind: 'Basic',
    properties: { ...inner, virtualMachines, requests, provisioningState: 'Succeeded' },
  }))

const rule: fc.Arbitrary<PortRule> = fc.record({
  port: fc.constantFrom(22, 3389, 5985, 8443),
  protocol: fc.constantFrom('tcp' as const, 'udp' as const, 'any' as const),
  sources: fc.constantFrom([], ['10.0.0.0/8'], ['192.0.2.0/24', '2001:db8::/32']),
  maxDuration: duration,
})
const edit: fc.Arbitrary<Edit> = fc.record({
  // Azure's ids have no case.
  resourceId: fc.constantFrom(...names, 'new-1').chain((name) => fc.constantFrom(idOf(name), idOf(name).toUpperCase())),
  rules: fc.uniqueArray(rule, { selector: ({ port }) => port, maxLength: 3 }),
})
const edits = fc.uniqueArray(edit, { selector: ({ resourceId }) => resourceId.toLowerCase(), minLength: 1, maxLength: 3 })

type Made = typeof policy extends fc.Arbitrary<infer Value> ? Value : never

/** What was lost, invented, or is not as it was wanted. */
function faultsOf(before: Made, wanted: readonly Edit[]): string[] {
  const raw = JSON.stringify(before)
  // As it is read from Azure.
  const parsed = JitPolicy.parse(JSON.parse(raw))
  const body = applyEdits(parsed, wanted)
  const faults: string[] = []
  const byId = new Map(wanted.map((one) => [one.resourceId.toLowerCase(), one]))
  const stays = before.properties.virtualMachines.filter(({ id }) => (byId.get(id.toLowerCase())?.rules.length ?? 1) > 0)
  const added = wanted.filter(
    ({ resourceId, rules }) =>
      rules.length > 0 && !before.properties.virtualMachines.some(({ id }) => id.toLowerCase() === resourceId.toLowerCase()),
  )
  if (JSON.stringify(parsed) !== raw && !sameJson(parsed, before)) faults.push('reading lost something')
  if (body === undefined) return stays.length + added.length === 0 ? faults : [...faults, 'a policy with machines goes']
  const { properties } = body
  const { virtualMachines: _, ...rest } = properties
  const { virtualMachines: _before, provisioningState: _state, ...restBefore } = before.properties
  if (!sameJson(rest, restBefore)) faults.push('a request or a member of the properties')
  const { properties: _own, id: _id, name: _name, type: _type, location: _location, ...top } = before
  const { properties: _sent, ...topSent } = body
  if (!sameJson(topSent, top)) faults.push('a member of the policy')
  if (properties.virtualMachines.length !== stays.length + added.length) faults.push('a machine too many or too few')
  for (const one of stays) {
    const now = properties.virtualMachines.find(({ id }) => id === one.id)
    const change = byId.get(one.id.toLowerCase())
    if (!now) faults.push('a machine')
    else if (!change) {
      if (!sameJson(now, one)) faults.push('another machine was changed')
    } else {
      const { ports: portsNow, ...othersNow } = now
      const { ports: portsBefore, ...othersBefore } = one
      if (!sameJson(othersNow, othersBefore)) faults.push('a member of a machine')
      faults.push(...portFaults(portsNow, portsBefore, change))
    }
  }
  for (const { resourceId, rules } of added) {
    const now = properties.virtualMachines.find(({ id }) => id.toLowerCase() === resourceId.toLowerCase())
    faults.push(...(now ? portFaults(now.ports, [], { resourceId, rules }) : ['a new machine']))
  }
  return faults
}

const known = new Set(['number', 'protocol', 'maxRequestAccessDuration', 'allowedSourceAddressPrefix', 'allowedSourceAddressPrefixes'])
const more = (one: Record<string, unknown>) => Object.fromEntries(Object.entries(one).filter(([name]) => !known.has(name)))

function portFaults(now: readonly Record<string, unknown>[], before: readonly Record<string, unknown>[], { rules }: Edit): string[] {
  return [
    ...(now.length === rules.length ? [] : ['a port too many or too few']),
    ...rules.flatMap(({ port, protocol, sources, maxDuration }) => {
      const one = now.find(({ number }) => number === port)
      if (!one) return ['a port']
      const old = before.find(({ number }) => number === port) ?? {}
      const told =
        one['allowedSourceAddressPrefixes'] ?? (one['allowedSourceAddressPrefix'] === undefined ? [] : [one['allowedSourceAddressPrefix']])
      const any = sources.length === 0 && (sameJson(told, ['*']) || sameJson(told, []))
      return [
        ...(one['maxRequestAccessDuration'] === maxDuration ? [] : ['a duration']),
        ...(String(one['protocol']).toUpperCase() === (protocol === 'any' ? '*' : protocol.toUpperCase()) ? [] : ['a protocol']),
        ...(any || sameJson(told, sources) ? [] : ['a source']),
        ...(one['allowedSourceAddressPrefixes'] !== undefined && one['allowedSourceAddressPrefix'] !== undefined
          ? ['both kinds of source']
          : []),
        ...(sameJson(more(one), more(old)) ? [] : ['a member of a port']),
      ]
    }),
  ]
}

/** The order of members counts for nothing. */
function sameJson(one: unknown, other: unknown): boolean {
  return canonical(one) === canonical(other)
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}

export function tryPolicies(trials: number, seed: number): { faults: string[] } {
  const faults: string[] = []
  const property = fc.property(policy, edits, (before, wanted) => {
    const found = faultsOf(before, wanted)
    if (found.length > 0) faults.push(`${found.join(', ')}: ${JSON.stringify({ before, wanted })}`)
  })
  fc.assert(property, { numRuns: trials, seed })
  return { faults }
}
