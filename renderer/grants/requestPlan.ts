/** What a request would ask for, decided from the options that policy leaves (REQ-1). Pure. */
import type { RequestInput, RequestOptions } from '../../preload/contract.ts'

/** The chosen ports by machine id. */
export type Chosen = Readonly<Record<string, readonly number[]>>

/** Each machine's first port: what most requests are for. */
export function firstPorts(options: RequestOptions): Chosen {
  return Object.fromEntries(
    options.machines.flatMap(({ machineId, ports, unavailable }) => {
      const first = ports[0]
      return first && !unavailable ? [[machineId, [first.port]]] : []
    }),
  )
}

/** The longest that all chosen ports allow together; undefined when none is chosen. */
export function mostMsOf(options: RequestOptions, chosen: Chosen): number | undefined {
  const limits = rulesOf(options, chosen).map((rule) => rule.maxDurationMs)
  return limits.length === 0 ? undefined : Math.min(...limits)
}

/** The sources that the chosen ports' rules name; empty when any is allowed. */
export function sourcesOf(options: RequestOptions, chosen: Chosen): string[] {
  return [...new Set(rulesOf(options, chosen).flatMap((rule) => rule.sources))]
}

function rulesOf(options: RequestOptions, chosen: Chosen) {
  return options.machines.flatMap(({ machineId, ports, unavailable }) =>
    unavailable ? [] : ports.filter(({ port }) => chosen[machineId]?.includes(port)),
  )
}

/** The machines of a request: those with at least one chosen port that can still be had. */
export function machinesOf(options: RequestOptions, chosen: Chosen): RequestInput['machines'] {
  return options.machines.flatMap(({ machineId, ports, unavailable }) => {
    if (unavailable) return []
    const wanted = ports.filter(({ port }) => chosen[machineId]?.includes(port)).map(({ port }) => port)
    return wanted.length === 0 ? [] : [{ machineId, ports: wanted }]
  })
}

/** Looks like an address or CIDR; the gateway decides (it parses strictly). */
export function isSourceLike(source: string): boolean {
  return /^[0-9a-f.:]{2,45}(?:\/\d{1,3})?$/i.test(source.trim())
}
