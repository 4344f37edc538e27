/** A JIT system that answers as the test says: for what a real gateway cannot be made to do, such as losing an answer. */
import { CallError } from '../../main/callError.ts'
import type { GrantRequest, Provider, ProviderGrant } from '../../main/providers/provider.ts'

export interface FakeProvider extends Provider {
  readonly requests: GrantRequest[]
  readonly held: Map<string, ProviderGrant>
  /** The next answers to `request` are lost after it was done (F-48). */
  loseAnswers(count: number): void
  /** Not reachable at all. */
  unplug(unplugged: boolean): void
  ring(topic: 'machines' | 'grants' | 'audit'): void
}

const offline = () => new CallError({ tag: 'offline', provider: 'desk' })

export function fakeProvider(parts: Partial<ProviderGrant> = {}): FakeProvider {
  const requests: GrantRequest[] = []
  const held = new Map<string, ProviderGrant>()
  const byKey = new Map<string, string>()
  const listeners = new Set<Parameters<Provider['onChange']>[0]>()
  let losing = 0
  let unplugged = false
  function reach(): void {
    if (unplugged) throw offline()
  }
  function get(id: string): ProviderGrant {
    const grant = held.get(id)
    if (!grant) throw new CallError({ tag: 'notFound', what: 'grant' })
    return grant
  }

  return {
    id: 'desk',
    name: 'This desk',
    technician: 'tess',
    requests,
    held,
    loseAnswers(count) {
      losing = count
    },
    unplug(next) {
      unplugged = next
    },
    ring: (topic) => listeners.forEach((listener) => listener(topic)),
    machines: () => Promise.resolve({ machines: [], removed: [], cursor: '1', more: false }),
    async setPolicy() {
      reach()
    },
    source: () => Promise.resolve({ myAddress: '127.0.0.1', servesOtherSources: false }),
    async request(request) {
      reach()
      requests.push(request)
      const id = byKey.get(request.idempotencyKey) ?? `g${held.size + 1}`
      byKey.set(request.idempotencyKey, id)
      const grant = held.get(id) ?? {
        id,
        machineId: request.machineId,
        requestedBy: 'tess',
        state: 'open' as const,
        ports: request.ports,
        source: '127.0.0.1',
        reason: request.reason,
        requestedAt: '2030-01-01T00:00:00.000Z',
        openedAt: '2030-01-01T00:00:00.000Z',
        endsAt: '2030-01-01T01:00:00.000Z',
        remainingMs: request.durationMs,
        endpoints: [],
        ...parts,
      }
      held.set(id, grant)
      if (losing > 0) {
        losing--
        throw offline()
      }
      return grant
    },
    async grant(id) {
      reach()
      return get(id)
    },
    async grants() {
      reach()
      return [...held.values()]
    },
    async release(id) {
      reach()
      const closed: ProviderGrant = { ...get(id), state: 'closed', closeReason: 'released' }
      held.set(id, closed)
      return closed
    },
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    close: () => Promise.resolve(),
  }
}
