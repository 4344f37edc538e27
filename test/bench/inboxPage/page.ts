/** The window on a fake bridge whose gateways tell of as many sign-ins as asked for; each ring of the bell is another list, as a flood makes it. */
import type { Challenge } from '../../../preload/contract.ts'
import { fakeBridge } from '../../fakes/bridge.ts'
import { challenge } from '../../renderer/preview/challengeScenes.ts'
import { scene } from '../../renderer/preview/scenes.ts'

/** `gapsMs`: the longest time between two frames after each of the rings. */
export type MeasureInbox = (count: number, rings: number) => Promise<{ gapsMs: number[]; rows: number }>

let waiting = 0
let round = 0

const bridge = fakeBridge({
  ...scene('team', { language: 'en', theme: 'light', recordings: 'off', ring: (topic) => bridge.ring(topic) }),
  'challenges.list': () => ({ challenges: Array.from({ length: waiting }, (_, index) => one(waiting - 1 - index)) }),
})

/** Three of each machine, as many as a gateway lets wait. What changes is what a real flood changes: age, and tries. */
function one(index: number): Challenge {
  return challenge(index, {
    ref: `contoso:${String(index).padStart(16, 'A')}`,
    machineId: `desk:flood${Math.floor(index / 3)}`,
    machineName: `flood-${Math.floor(index / 3)}`,
    binding: { kind: 'none' },
    noApproval: 'noSession',
    triesLeft: 1 + ((index + round) % 3),
    foundAt: new Date(Date.UTC(2026, 10, 22) + index * 10).toISOString(),
  })
}

const frame = (): Promise<number> => new Promise((resolve) => void requestAnimationFrame(resolve))

const measure: MeasureInbox = async (count, rings) => {
  waiting = count
  bridge.ring('challenges')
  for (let passed = 0; passed < 20; passed += 1) await frame()
  const gapsMs: number[] = []
  for (round = 1; round <= rings; round += 1) {
    bridge.ring('challenges')
    let longest = 0
    let before = await frame()
    for (let passed = 0; passed < 8; passed += 1) {
      const now = await frame()
      longest = Math.max(longest, now - before)
      before = now
    }
    gapsMs.push(longest)
  }
  return { gapsMs, rows: document.querySelectorAll('[data-sign-in], [data-flood]').length }
}
Object.assign(globalThis, { measureInbox: measure })
Object.defineProperty(window, 'gatehouse', { value: bridge })
await import('../../../renderer/main.tsx')
