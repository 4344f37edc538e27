/**
 * What recording costs a terminal. `recording`: a real sshd floods a terminal whose window takes everything at once, recorded and not, taking turns.
 * `recording-pause-ms`: the longest that main was kept from anything else meanwhile, which is what a key would wait. `recording-open-ms`: from the
 * click on a recording of that flood to its timeline, against reading and decrypting the file alone.
 */
import { createDecipheriv, randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createRecordingThread } from '../../main/platform/recordingThread.ts'
import { createRecordings } from '../../main/recordings/recordings.ts'
import { fakeDesktop } from '../fakes/fakeDesktop.ts'
import { fakeSecrets } from '../fakes/fakeSecrets.ts'
import { sessionWorld } from '../fakes/sessionWorld.ts'
import { type Sshd, startSshd } from '../real/parts/sshd.ts'
import { logText } from './logText.ts'
import { median } from './quantiles.ts'

const megabytes = 60
const rounds = 5

export async function run() {
  const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-recording-'))
  chmodSync(folder, 0o755)
  const file = path.join(folder, 'flood')
  writeFileSync(file, logText(megabytes * 1_000_000), { mode: 0o644 })
  const sshd = await startSshd()
  let when: 'off' | 'always' = 'off'
  const recordings = createRecordings({
    openFile: createRecordingThread(),
    folder,
    secrets: fakeSecrets(),
    clock: { now: () => Date.now(), monotonicMs: () => performance.now() },
    desktop: fakeDesktop(),
    log: { warn: console.error },
    settings: () => ({ when, keepDays: 1, keepBytes: 10_000_000_000 }),
    record: () => undefined,
    changed: () => undefined,
  })
  try {
    const took = { off: [] as Flood[], always: [] as Flood[] }
    for (let round = 0; round <= rounds; round += 1)
      for (when of ['off', 'always'] as const) {
        const flood = await floodOnce(sshd, recordings, file)
        if (round > 0) took[when].push(flood)
      }
    await recordings.close()
    const ms = (how: 'off' | 'always') => median(took[how].map((one) => one.ms))
    const pauseMs = (how: 'off' | 'always') => median(took[how].map((one) => one.pauseMs))
    const [first] = (await recordings.handlers['recordings.list']({ offset: 0, limit: 1 })).recordings
    const started = performance.now()
    await recordings.handlers['recordings.open']({ recordingId: first?.recordingId ?? '' })
    const openMs = performance.now() - started
    const bareMs = decryptAll(path.join(folder, 'recordings', `${first?.recordingId}.ghrec`))
    const perSecond = (spent: number) => (megabytes * 1000) / spent
    return [
      {
        measure: 'recording',
        value: perSecond(ms('always')),
        unit: 'MB/s',
        against: `not recorded, ${perSecond(ms('off')).toFixed(1)} MB/s`,
        ratio: ms('off') / ms('always'),
      },
      {
        measure: 'recording-pause-ms',
        value: pauseMs('always'),
        unit: 'ms',
        against: `not recorded, ${pauseMs('off').toFixed(1)} ms`,
        ratio: pauseMs('always') / pauseMs('off'),
      },
      {
        measure: 'recording-open-ms',
        value: openMs,
        unit: 'ms',
        against: `reading and decrypting ${megabytes} MB alone, ${Math.round(bareMs)} ms`,
        ratio: openMs / bareMs,
      },
    ]
  } finally {
    await sshd.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Flood {
  ms: number
  pauseMs: number
}

async function floodOnce(sshd: Sshd, recordings: ReturnType<typeof createRecordings>, file: string): Promise<Flood> {
  const world = sessionWorld({
    endpoints: [{ port: 22, address: '127.0.0.1', connectPort: sshd.port }],
    machine: { user: sshd.user },
    ssh: { keyFiles: [sshd.privateKeyFile] },
    recordings,
  })
  const [, algorithm = '', key = ''] = sshd.hostKeyLine.split(' ')
  world.machines.pins.push({ algorithm, key, fingerprint: sshd.hostKeyFingerprint, pinnedAt: '2026-01-01T00:00:00Z' })
  const sessionId = await world.inside(await world.connect())
  const pipe = world.pipes.of(sessionId)
  await world.until(() => pipe?.output().endsWith('gatehouse$ ') || undefined, 'a prompt')
  const delays = monitorEventLoopDelay({ resolution: 1 })
  delays.enable()
  const started = performance.now()
  pipe?.type(`cat ${file}; echo over-$((1+1))\r`)
  await world.until(() => pipe?.output().slice(-200).includes('over-2') || undefined, 'the end of the flood', 120_000)
  const ms = performance.now() - started
  delays.disable()
  await world.sessions.close()
  return { ms, pauseMs: delays.max / 1e6 }
}

/** The same work without ours: the bytes of the file through AES-256-GCM in pieces of 64 KB. */
function decryptAll(file: string): number {
  const started = performance.now()
  const bytes = readFileSync(file)
  const key = randomBytes(32)
  for (let at = 0; at < bytes.length; at += 65_536) {
    createDecipheriv('aes-256-gcm', key, randomBytes(12)).update(bytes.subarray(at, at + 65_536))
  }
  return performance.now() - started
}
