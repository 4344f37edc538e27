/** The identities that a technician accepted, per machine: SSH host keys and server certificates. On this computer only. */
import { join } from 'node:path'
import { z } from 'zod'
import { openJsonStore } from '../jsonStore.ts'
import type { Clock } from '../ports.ts'
import type { PinnedCertificate, PinnedHostKey } from '../sessions/needs.ts'

const HostKey = z.object({ algorithm: z.string(), fingerprint: z.string(), key: z.string(), pinnedAt: z.iso.datetime() })
const Certificate = z.object({ fingerprint: z.string(), pinnedAt: z.iso.datetime() })
const MachinePins = z.object({ hostKeys: z.array(HostKey), certificates: z.array(Certificate) })
type MachinePins = z.infer<typeof MachinePins>

export interface Pins {
  hostKeys(machineId: string): PinnedHostKey[]
  certificates(machineId: string): PinnedCertificate[]
  pinHostKey(machineId: string, key: Omit<PinnedHostKey, 'pinnedAt'>): Promise<void>
  pinCertificate(machineId: string, fingerprint: string): Promise<void>
  /** What was forgotten; undefined when nothing had this fingerprint. */
  unpin(machineId: string, fingerprint: string): Promise<'hostKey' | 'certificate' | undefined>
  /** Of machines that were removed. */
  forget(machineIds: readonly string[]): Promise<void>
  readonly limit: string | undefined
}

const nothing: MachinePins = { hostKeys: [], certificates: [] }

/** Pins are kept in `folder`/pins.json. Unreadable pins are set aside and told: the next connect then asks again, it never trusts silently. */
export function createPins(folder: string, clock: Clock): Pins {
  const store = openJsonStore(join(folder, 'pins.json'), z.record(z.string(), MachinePins), {})
  const of = (machineId: string) => store.get()[machineId] ?? nothing
  const now = () => new Date(clock.now()).toISOString()

  function change(machineId: string, next: (pins: MachinePins) => MachinePins): Promise<void> {
    return store.update((all) => ({ ...all, [machineId]: next(all[machineId] ?? nothing) }))
  }

  return {
    limit: store.limit,
    hostKeys: (machineId) => of(machineId).hostKeys,
    certificates: (machineId) => of(machineId).certificates,
    pinHostKey: (machineId, key) =>
      change(machineId, (pins) => ({
        ...pins,
        hostKeys: [...pins.hostKeys.filter((other) => other.fingerprint !== key.fingerprint), { ...key, pinnedAt: now() }],
      })),
    pinCertificate: (machineId, fingerprint) =>
      change(machineId, (pins) => ({
        ...pins,
        certificates: [...pins.certificates.filter((other) => other.fingerprint !== fingerprint), { fingerprint, pinnedAt: now() }],
      })),
    async unpin(machineId, fingerprint) {
      const pins = of(machineId)
      const isHostKey = pins.hostKeys.some((key) => key.fingerprint === fingerprint)
      if (!isHostKey && !pins.certificates.some((certificate) => certificate.fingerprint === fingerprint)) return undefined
      await change(machineId, (all) => ({
        hostKeys: all.hostKeys.filter((key) => key.fingerprint !== fingerprint),
        certificates: all.certificates.filter((certificate) => certificate.fingerprint !== fingerprint),
      }))
      return isHostKey ? 'hostKey' : 'certificate'
    },
    async forget(machineIds) {
      if (!machineIds.some((id) => store.get()[id])) return
      await store.update((all) => Object.fromEntries(Object.entries(all).filter(([id]) => !machineIds.includes(id))))
    },
  }
}
