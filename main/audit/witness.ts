/**
 * This console as a witness of each gateway's log (AUD-3, F-82, F-83): it looks at a new checkpoint when it connects and when the log rang, and
 * takes it over only when it is proved to extend the last one. A log that is not the old one any more is an alarm that stays until somebody accepts it.
 */
import { CallError } from '../callError.ts'
import type { HandlersOf } from '../dispatch.ts'
import { createListeners } from '../listeners.ts'
import type { Log } from '../log.ts'
import { oneAtATime } from '../oneAtATime.ts'
import type { Clock } from '../ports.ts'
import type { Providers } from '../providers/ids.ts'
import type { LogCheckpoint, Provider } from '../providers/provider.ts'
import type { Alarm, Checkpoints } from './checkpoints.ts'
import { toPoint, toWatched, type SignedPoint, type Watch, type Why } from './watchedLog.ts'

export interface LogWitness {
  /** The last point of this log that was found right: in this run, else in the one before, which needs no network. undefined: none, or an alarm stands. */
  point(gatewayId: string): Promise<SignedPoint | undefined>
  /** The same, and before an alarm: what the log was when it was right. */
  kept(gatewayId: string): Promise<SignedPoint | undefined>
  /** An alarm stands: what is kept of the log must not be mixed with what it is now. */
  isChanged(gatewayId: string): boolean
  /** Why nothing can be proved now; undefined when it can, or when an alarm stands. */
  why(gatewayId: string): Why | undefined
  /**
   * Somebody found the log not to be what is kept of it: asks it. `alarm`: it is so, which is told. `holds`: what is kept was proved to be the log's, and
   * the log is that one still. `unknown`: that cannot be told now.
   */
  doubt(gatewayId: string, how: 'shorter' | 'forked', isProved: boolean): Promise<'alarm' | 'holds' | 'unknown'>
  /** What the log serves is not in its own tree. */
  accuse(gatewayId: string): Promise<void>
  /** Asks each gateway, or this one, as if somebody looked. */
  look(gatewayId?: string): Promise<void>
  /** Told when a point was found right. */
  readonly onFound: (listener: (gatewayId: string) => void) => () => void
  /** Told when the log as it is now was accepted in the place of the one before. */
  readonly onAccepted: (listener: (gatewayId: string) => void) => () => void
  readonly handlers: Pick<HandlersOf<'audit'>, 'audit.logs' | 'audit.checkLogs' | 'audit.acceptLog'>
  close(): void
}

/** A log that rings all the time is looked at this often. */
const gapMs = 30_000

export function createLogWitness(deps: {
  providers: Providers
  checkpoints: Checkpoints
  clock: Clock
  log: Pick<Log, 'warn' | 'error'>
  changed: () => void
}): LogWitness {
  const { providers, checkpoints, clock, log, changed } = deps
  const watches = new Map<string, Watch>()
  const found = createListeners<string>()
  const accepted = createListeners<string>()

  function start(provider: Provider): void {
    if (!provider.log) return
    const watch: Watch = {
      provider,
      log: provider.log,
      check: oneAtATime(() => look(watch)),
      last: undefined,
      why: 'notYet',
      alarm: checkpoints.get(provider.id)?.alarm,
      lookedAt: !provider.log.whenLookedAt,
      checkedAtMs: Number.NEGATIVE_INFINITY,
      timer: undefined,
      stop: provider.onChange((topic) => {
        if (topic === 'audit' && watch.lookedAt) checkSoon(watch)
      }),
    }
    watches.set(provider.id, watch)
  }

  function leave(provider: Provider): void {
    const watch = watches.get(provider.id)
    watch?.stop()
    clearTimeout(watch?.timer)
    watches.delete(provider.id)
    checkpoints.forget(provider.id).catch((error: unknown) => log.warn({ gatewayId: provider.id, err: error }, 'a checkpoint stays'))
  }

  function checkSoon(watch: Watch): void {
    if (watch.timer !== undefined) return
    const waitMs = Math.max(0, watch.checkedAtMs + gapMs - clock.monotonicMs())
    watch.timer = setTimeout(() => {
      watch.timer = undefined
      void watch.check()
    }, waitMs)
    watch.timer.unref()
  }

  /** Never rejects: what went wrong is the log's state. */
  async function look(watch: Watch): Promise<void> {
    watch.checkedAtMs = clock.monotonicMs()
    const before = JSON.stringify(toWatched(watch))
    try {
      watch.why = await judge(watch)
    } catch (error) {
      watch.why = error instanceof CallError && error.failure.tag === 'keychain' ? 'keychain' : 'unreachable'
      log.warn({ gatewayId: watch.provider.id, err: error }, 'a log could not be checked')
    }
    if (JSON.stringify(toWatched(watch)) !== before) changed()
  }

  /** Answers why the log is not verified; undefined when it is, or when there is an alarm. Throws CallError. */
  async function judge(watch: Watch): Promise<Why | undefined> {
    const { provider, log: its } = watch
    const now = await its.checkpoint()
    if (now.kind === 'unsigned') return 'unsigned'
    if (now.kind === 'otherKey') {
      await raise(watch, 'otherKey', now.claimed)
      return undefined
    }
    const known = await knownOf(watch)
    if (known === 'recordChanged') return 'recordChanged'
    for (const last of known) {
      const sight = await its.compare(last, now.checkpoint)
      if (sight === 'extends') continue
      await raise(watch, sight, now.checkpoint)
      return undefined
    }
    // An alarm stays although the gateway shows the old log again: it has shown another one.
    if (watch.alarm) return undefined
    const isSame = watch.last?.checkpoint.root === now.checkpoint.root && watch.last.checkpoint.size === now.checkpoint.size
    watch.last = { checkpoint: now.checkpoint, signed: now.signed, at: new Date(clock.now()).toISOString() }
    // Of a gateway that was left meanwhile nothing is kept.
    if (!isSame && watches.get(provider.id) === watch) await checkpoints.keep(provider.id, now.signed, now.checkpoint, known.length === 0)
    found.tell(provider.id)
    return undefined
  }

  /** All that the log has to extend: what this run saw, else what the file and the keychain have. */
  async function knownOf({ provider, log: its, last }: Watch): Promise<LogCheckpoint[] | 'recordChanged'> {
    if (last) return [last.checkpoint]
    const { signed } = checkpoints.get(provider.id) ?? {}
    const [anchor, kept] = [await checkpoints.anchor(provider.id), signed && (await its.open(signed))]
    const isBehind = anchor !== undefined && (kept === undefined || kept.size < anchor.size)
    if ((signed !== undefined && kept === undefined) || isBehind) {
      log.warn({ gatewayId: provider.id }, 'the file of checkpoints was changed; the keychain is believed instead')
      if (anchor === undefined) return 'recordChanged'
    }
    return [anchor, kept].filter((one) => one !== undefined)
  }

  async function raise(watch: Watch, how: Alarm['how'], now: LogCheckpoint): Promise<void> {
    const { provider, alarm, log: its, last } = watch
    const { size, root } = now
    const isSame = alarm?.how === how && alarm.shown.size === size && alarm.shown.root === root
    // What grows on is still the same other log.
    if (isSame || (alarm?.how === how && how !== 'otherKey' && (await its.compare({ ...now, ...alarm.shown }, now)) === 'extends')) return
    const at = new Date(clock.now()).toISOString()
    const kept = alarm?.kept ?? (last ? toPoint(last) : await keptPoint(watch))
    watch.alarm = { how, at, shown: { size, root }, ...(kept && { kept }) }
    log.error({ gatewayId: provider.id, how, size, root }, 'a log is not the one any more that it was')
    await checkpoints.raise(provider.id, watch.alarm)
    // Other consoles may be shown another log than this one: whoever compares finds it here, if anywhere.
    if (alarm === undefined) await record(provider, 'log.changed', 'failed', { how, size, root })
  }

  async function keptPoint({ provider, log: its }: Watch): Promise<Alarm['kept']> {
    const { signed, at } = checkpoints.get(provider.id) ?? {}
    const kept = signed && (await its.open(signed))
    return kept && at !== undefined ? { size: kept.size, root: kept.root, at } : undefined
  }

  async function record(provider: Provider, action: string, outcome: 'ok' | 'failed', detail: Record<string, string | number>) {
    await provider.record?.({ action, outcome, detail }).catch((error: unknown) => log.warn({ err: error }, `${action} was not recorded`))
  }

  async function accept(watch: Watch, shown: { size: number; root: string }): Promise<void> {
    const { provider, log: its } = watch
    await watch.check()
    const now = await its.checkpoint()
    // SECURITY: a gateway that does not show its own key cannot be accepted; that is another gateway, to be joined as such.
    if (now.kind !== 'signed') throw new CallError({ tag: 'gatewayUntrusted', provider: provider.id, problem: 'otherKey' })
    const { checkpoint, signed } = now
    // The alarm of another key is over once its own key signs a log that extends the old one, which the check has found or made an alarm of.
    const isWhatWasSeen = watch.alarm?.how === 'otherKey' || (await its.compare({ ...checkpoint, ...shown }, checkpoint)) === 'extends'
    if (!isWhatWasSeen) throw new CallError({ tag: 'conflict', what: 'log' })
    watch.last = { checkpoint, signed, at: new Date(clock.now()).toISOString() }
    watch.alarm = undefined
    watch.why = undefined
    await checkpoints.keep(provider.id, signed, checkpoint, true)
    await record(provider, 'log.accepted', 'ok', { size: shown.size, root: shown.root })
    changed()
    accepted.tell(provider.id)
  }

  async function keptSigned(gatewayId: string): Promise<SignedPoint | undefined> {
    const watch = watches.get(gatewayId)
    // The key of the desk's gateway is not asked for before somebody looks.
    if (!watch?.lookedAt) return undefined
    if (watch.last) return watch.last
    const { signed } = checkpoints.get(gatewayId) ?? {}
    const known = signed && (await knownOf(watch))
    const last = Array.isArray(known) ? known.at(-1) : undefined
    const opened = signed && (await watch.log.open(signed))
    return signed && opened && opened.root === last?.root && opened.size === last.size ? { checkpoint: opened, signed } : undefined
  }

  const isChanged = (gatewayId: string) => watches.get(gatewayId)?.alarm !== undefined
  const point = async (gatewayId: string) => (isChanged(gatewayId) ? undefined : keptSigned(gatewayId))

  async function doubt(gatewayId: string, how: 'shorter' | 'forked', isProved: boolean): Promise<'alarm' | 'holds' | 'unknown'> {
    const watch = watches.get(gatewayId)
    if (!watch) return 'unknown'
    watch.lookedAt = true
    await watch.check()
    if (watch.alarm) return 'alarm'
    const now = await point(gatewayId)
    if (watch.why !== undefined || !now) return 'unknown'
    if (isProved) return 'holds'
    await raise(watch, how, now.checkpoint)
    changed()
    return 'alarm'
  }

  async function lookAt(gatewayId?: string): Promise<void> {
    const looked = [...watches.values()].filter(({ provider }) => gatewayId === undefined || provider.id === gatewayId)
    for (const watch of looked) watch.lookedAt = true
    await Promise.all(looked.map((watch) => watch.check()))
  }

  for (const provider of providers.all) start(provider)
  const stopChanges = providers.onChanged((change) => {
    if ('added' in change) start(change.added)
    else leave(change.removed)
  })
  const all = () => [...watches.values()].map(toWatched)

  return {
    point,
    kept: keptSigned,
    why: (gatewayId) => watches.get(gatewayId)?.why,
    isChanged,
    doubt,
    async accuse(gatewayId) {
      const watch = watches.get(gatewayId)
      const now = await point(gatewayId)
      if (!watch || !now) return
      await raise(watch, 'forked', now.checkpoint)
      changed()
    },
    look: lookAt,
    onFound: (listener) => found.listen(listener),
    onAccepted: (listener) => accepted.listen(listener),
    handlers: {
      'audit.logs': () => ({ logs: all() }),
      async 'audit.checkLogs'() {
        await lookAt()
        return { logs: all() }
      },
      async 'audit.acceptLog'({ gatewayId, shown }) {
        const watch = watches.get(gatewayId)
        if (!watch) throw new CallError({ tag: 'notFound', what: 'gateway' })
        await accept(watch, shown)
        return {}
      },
    },
    close() {
      stopChanges()
      for (const watch of watches.values()) {
        watch.stop()
        clearTimeout(watch.timer)
      }
    },
  }
}
