/** What becomes of a request: Initiating, Initiated, Revoked with a reason; a newer one for the same port takes the place of an older one. */
import { randomUUID } from 'node:crypto'
import ipaddr from 'ipaddr.js'
import { Duration } from 'luxon'
import { z } from 'zod'
import { timeOf, type FakeVm, type Policy, type Request, type RequestPort, type World } from './world.ts'

export const InitiateBody = z.object({
  virtualMachines: z.array(
    z.object({
      id: z.string(),
      ports: z.array(z.object({ number: z.number(), endTimeUtc: z.string(), allowedSourceAddressPrefix: z.string().optional() })),
    }),
  ),
  justification: z.string().optional(),
})

export interface Initiation {
  policyId: string
  requestor: string
  vmIds: string[]
  ports: number[]
  justification: string
  clientRequestId: string
}

/** The one sentence that is known of a refusal. */
export const outside = (policyId: string) =>
  `The given access request is not a subset of policy '${policyId}'. Please make sure that the access request is within the allowed policy properties.`

function covers(range: string, asked: string): boolean {
  if (range === '*' || asked === range) return true
  const [outer, outerBits] = ipaddr.parseCIDR(range.includes('/') ? range : `${range}/32`)
  const [inner, innerBits] = ipaddr.parseCIDR(asked.includes('/') ? asked : `${asked}/32`)
  return outer.kind() === inner.kind() && outerBits <= innerBits && inner.match(outer, outerBits)
}

const keyOf = (vmId: string, port: number) => `${vmId.toLowerCase()} ${port}`

export function createJit(world: World, options: { openAfterMs: () => number; isStrict: () => boolean }) {
  const initiations: Initiation[] = []
  const timers = new Set<NodeJS.Timeout>()

  function later(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer)
      work()
    }, ms)
    timer.unref()
    timers.add(timer)
  }

  function revoke(vmId: string, port: RequestPort, reason: string): void {
    if (port.status === 'Revoked') return
    port.status = 'Revoked'
    port.statusReason = reason
    world.ports.close(keyOf(vmId, port.number))
  }

  /** What ended by the stand-in's clock is closed. */
  function expire(): void {
    for (const { properties } of world.policies.values())
      for (const { virtualMachines } of properties.requests ?? [])
        for (const { id, ports } of virtualMachines)
          for (const port of ports) if (port.status !== 'Revoked' && Date.parse(port.endTimeUtc) <= world.now()) revoke(id, port, 'Expired')
  }

  async function open(vm: FakeVm, port: RequestPort): Promise<void> {
    if (port.status === 'Revoked') return
    const target = vm.targets[port.number]
    if (target && port.mappedPort === undefined && !vm.firewall)
      await world.ports.open(keyOf(vm.id, port.number), { host: vm.publicIp || vm.privateIp, port: port.number }, target)
    if (target && vm.firewall)
      port.mappedPort = await world.ports.open(keyOf(vm.id, port.number), { host: vm.firewall.publicIp, port: 0 }, target)
    port.status = 'Initiated'
    later(Math.max(0, Math.min(Date.parse(port.endTimeUtc) - world.now(), 2 ** 31 - 1)) + 1, expire)
  }

  /** The refusal's words, or undefined. */
  function refusal(policy: Policy, body: z.infer<typeof InitiateBody>): string | undefined {
    for (const { id, ports } of body.virtualMachines) {
      const machine = policy.properties.virtualMachines.find((one) => one.id.toLowerCase() === id.toLowerCase())
      if (!machine) return outside(policy.id)
      for (const { number, endTimeUtc, allowedSourceAddressPrefix } of ports) {
        const rule = machine.ports.find((one) => one.number === number)
        const longestMs = rule ? Duration.fromISO(rule.maxRequestAccessDuration).toMillis() : 0
        const ranges = rule?.allowedSourceAddressPrefixes ?? [rule?.allowedSourceAddressPrefix ?? '*']
        const isWithin =
          allowedSourceAddressPrefix === undefined ||
          ranges.some((range) => range === allowedSourceAddressPrefix || (!options.isStrict() && covers(range, allowedSourceAddressPrefix)))
        if (Date.parse(endTimeUtc) - world.now() > longestMs || !isWithin) return outside(policy.id)
      }
    }
    return undefined
  }

  return {
    initiations,
    expire,
    refusal,
    initiate(
      policy: Policy,
      body: z.infer<typeof InitiateBody>,
      caller: { name: string; address: string; clientRequestId: string },
    ): Request {
      const { justification } = body
      for (const { id, ports } of body.virtualMachines)
        for (const { number } of ports)
          for (const older of policy.properties.requests ?? [])
            for (const one of older.virtualMachines)
              for (const port of one.ports)
                if (one.id.toLowerCase() === id.toLowerCase() && port.number === number) revoke(one.id, port, 'NewerRequestInitiated')
      const request: Request = {
        virtualMachines: body.virtualMachines.map(({ id, ports }) => ({
          id,
          ports: ports.map(({ number, endTimeUtc, allowedSourceAddressPrefix }) => ({
            number,
            endTimeUtc,
            allowedSourceAddressPrefix: allowedSourceAddressPrefix ?? caller.address,
            status: 'Initiating',
            statusReason: 'UserRequested',
          })),
        })),
        startTimeUtc: timeOf(world.now()),
        requestor: caller.name,
        ...(justification !== undefined && { justification }),
      }
      policy.properties.requests = [...(policy.properties.requests ?? []), request]
      initiations.push({
        policyId: policy.id,
        requestor: caller.name,
        vmIds: body.virtualMachines.map(({ id }) => id.toLowerCase()),
        ports: body.virtualMachines.flatMap(({ ports }) => ports.map(({ number }) => number)),
        justification: justification ?? '',
        clientRequestId: caller.clientRequestId,
      })
      note(policy, request, caller)
      const opening = () => {
        for (const { id, ports } of request.virtualMachines) {
          const vm = world.vms.get(id.toLowerCase())
          if (vm) for (const port of ports) void open(vm, port)
        }
      }
      if (options.openAfterMs() === 0) opening()
      else later(options.openAfterMs(), opening)
      return request
    },
    stop() {
      for (const timer of timers) clearTimeout(timer)
    },
  }

  /** The four events of one request, not in the order in which they happened. */
  function note(policy: Policy, request: Request, caller: { name: string; clientRequestId: string }): void {
    const correlationId = randomUUID()
    const [vm] = request.virtualMachines
    const base = {
      correlationId,
      subscriptionId: policy.id.split('/')[2],
      resourceGroupName: policy.id.split('/')[4],
      level: 'Informational',
    }
    const initiate = {
      ...base,
      caller: caller.name,
      operationName: {
        value: 'Microsoft.Security/locations/jitNetworkAccessPolicies/initiate/action',
        localizedValue: 'Initiate JIT Network Access Policy',
      },
      resourceId: policy.id,
      httpRequest: { clientRequestId: caller.clientRequestId, clientIpAddress: '127.0.0.1', method: 'POST' },
    }
    const at = world.now()
    world.activity.push(
      {
        ...base,
        eventDataId: randomUUID(),
        caller: 'Windows Azure Security Resource Provider',
        operationName: {
          value: 'Microsoft.Network/networkSecurityGroups/write',
          localizedValue: 'Create or Update Network Security Group',
        },
        resourceId: `${policy.id.split('/providers/')[0]}/providers/Microsoft.Network/networkSecurityGroups/nsg`,
        eventName: { value: 'EndRequest' },
        eventTimestamp: timeOf(at + 3),
        status: { value: 'Succeeded' },
        properties: { requestbody: JSON.stringify(request) },
      },
      {
        ...initiate,
        eventDataId: randomUUID(),
        eventName: { value: 'EndRequest' },
        eventTimestamp: timeOf(at + 2),
        status: { value: 'Accepted' },
      },
      {
        ...initiate,
        eventDataId: randomUUID(),
        eventName: { value: 'BeginRequest' },
        eventTimestamp: timeOf(at),
        status: { value: 'Started' },
      },
      {
        ...initiate,
        eventDataId: randomUUID(),
        resourceId: vm?.id ?? policy.id,
        eventName: { value: 'EndRequest' },
        eventTimestamp: timeOf(at + 1),
        status: { value: 'Succeeded' },
      },
    )
  }
}

export type Jit = ReturnType<typeof createJit>
