/**
 * A policy as it would be after a change. It is replaced as a whole, so all that it has stays as it is: other machines, requests, and members that this
 * console does not know. Pure.
 */
import type { PortRule } from '../../../preload/contract.ts'
import type { JitMachine, JitPolicy, JitPortRule } from './schemas.ts'
import { sourcesOf } from './schemas.ts'

export interface Edit {
  /** Azure's id of the machine. */
  resourceId: string
  /** Empty: it is taken out. */
  rules: readonly PortRule[]
}

/** What is sent; undefined when no machine is left, and the policy goes. */
export type PolicyBody = Record<string, unknown> & { properties: { virtualMachines: JitMachine[] } }

/** What Azure itself decides, and takes from nobody. */
const readOnly: ReadonlySet<string> = new Set(['id', 'name', 'type', 'location'])

export function bodyOf(policy: JitPolicy): PolicyBody {
  const rest = Object.fromEntries(Object.entries(policy).filter(([name]) => !readOnly.has(name)))
  const { provisioningState: _, ...properties } = policy.properties
  return { ...rest, properties }
}

export function applyEdits(policy: JitPolicy | undefined, edits: readonly Edit[]): PolicyBody | undefined {
  const body: PolicyBody = policy ? bodyOf(policy) : { kind: 'Basic', properties: { virtualMachines: [] } }
  const byId = new Map(edits.map((edit) => [edit.resourceId.toLowerCase(), edit]))
  const kept = body.properties.virtualMachines.flatMap((machine) => {
    const edit = byId.get(machine.id.toLowerCase())
    if (!edit) return [machine]
    byId.delete(machine.id.toLowerCase())
    return edit.rules.length === 0 ? [] : [{ ...machine, ports: edit.rules.map((rule) => toJitRule(rule, machine.ports)) }]
  })
  const added = [...byId.values()].flatMap(({ resourceId, rules }) =>
    rules.length === 0 ? [] : [{ id: resourceId, ports: rules.map((rule) => toJitRule(rule, [])) }],
  )
  const virtualMachines = [...kept, ...added]
  if (virtualMachines.length === 0) return undefined
  return { ...body, properties: { ...body.properties, virtualMachines } }
}

/** What is not known of a port's rule stays with the port. */
function toJitRule(rule: PortRule, before: readonly JitPortRule[]): JitPortRule {
  const known = before.find(({ number }) => number === rule.port)
  const protocol = toProtocol(rule)
  const isSameSource = known !== undefined && same(sourcesOf(known), rule.sources)
  const { allowedSourceAddressPrefix: _one, allowedSourceAddressPrefixes: _all, ...rest } = known ?? {}
  return {
    ...(isSameSource ? known : { ...rest, ...toSources(rule.sources) }),
    number: rule.port,
    protocol: known?.protocol.toUpperCase() === protocol ? known.protocol : protocol,
    maxRequestAccessDuration: rule.maxDuration,
  }
}

const toProtocol = ({ protocol }: PortRule) => (protocol === 'any' ? '*' : protocol.toUpperCase())

/** One or the other, never both. */
function toSources(sources: readonly string[]) {
  const [only, ...more] = sources
  return more.length > 0 ? { allowedSourceAddressPrefixes: [...sources] } : { allowedSourceAddressPrefix: only ?? '*' }
}

const same = (one: readonly string[], other: readonly string[]) =>
  one.length === other.length && one.every((text, at) => text === other[at])

/** Whether the policy has what was asked for, whoever wrote it. */
export function hasEdits(policy: JitPolicy | undefined, edits: readonly Edit[]): boolean {
  return edits.every(({ resourceId, rules }) => {
    const machine = policy?.properties.virtualMachines.find(({ id }) => id.toLowerCase() === resourceId.toLowerCase())
    if (rules.length === 0) return machine === undefined
    return (
      machine?.ports.length === rules.length &&
      rules.every((rule) =>
        machine.ports.some(
          (port) =>
            port.number === rule.port &&
            port.protocol.toUpperCase() === toProtocol(rule) &&
            port.maxRequestAccessDuration === rule.maxDuration &&
            same(sourcesOf(port), rule.sources),
        ),
      )
    )
  })
}
