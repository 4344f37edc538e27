/** What a witness knows of one log while it runs, and how that is told. */
import type { WatchedLog } from '../../preload/contract.ts'
import type { LogCheckpoint, Provider, ProviderLog, SignedCheckpoint } from '../providers/provider.ts'
import type { Alarm } from './checkpoints.ts'

export type Why = Extract<WatchedLog, { state: 'unverified' }>['why']

export interface SignedPoint {
  checkpoint: LogCheckpoint
  signed: SignedCheckpoint
}

export interface Watch {
  readonly provider: Provider
  readonly log: ProviderLog
  readonly check: () => Promise<void>
  /** The last found right in this run. */
  last: { checkpoint: LogCheckpoint; signed: SignedCheckpoint; at: string } | undefined
  why: Why | undefined
  alarm: Alarm | undefined
  lookedAt: boolean
  checkedAtMs: number
  timer: NodeJS.Timeout | undefined
  stop: () => void
}

export function toPoint({ checkpoint: { size, root }, at }: Pick<NonNullable<Watch['last']>, 'checkpoint' | 'at'>): {
  size: number
  root: string
  at: string
} {
  return { size, root, at }
}

export function toWatched({ provider, alarm, last, why }: Watch): WatchedLog {
  const gateway = { gatewayId: provider.id, gatewayName: provider.name }
  const point = last && toPoint(last)
  if (alarm) {
    const { kept, ...rest } = alarm
    return { state: 'changed', ...gateway, ...rest, ...(kept && { kept }) }
  }
  if (why === undefined && point) return { state: 'verified', ...gateway, ...point }
  return { state: 'unverified', ...gateway, why: why ?? 'notYet', ...(point && { last: point }) }
}
