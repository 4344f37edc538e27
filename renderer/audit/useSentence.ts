import type { TFunction } from 'i18next'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { AuditRow } from '../../preload/contract.ts'
import { durationText } from '../grants/durations.ts'
import { exactText } from '../parts/time.ts'
import { isHit } from './highlight.ts'

/** A word of one of our tables; undefined for a key that this window does not know. */
function wordOf(table: unknown, ...path: string[]): string | undefined {
  let at: unknown = table
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined
    at = Object.getOwnPropertyDescriptor(at, key)?.value
  }
  return typeof at === 'string' ? at : undefined
}

/** "topic.happened" of every action that has words. */
function namesIn(actions: unknown): string[] {
  if (typeof actions !== 'object' || actions === null) return []
  return Object.entries(actions).flatMap(([topic, own]) =>
    typeof own === 'object' && own !== null ? Object.keys(own).map((name) => `${topic}.${name}`) : [],
  )
}

export interface AuditWords {
  /** What happened, in words; an action that this window does not know is shown by its name. */
  sentence(action: string): string
  /** The actions whose words in this language have all of these in them. */
  actionsCalled(text: string): string[]
  /** One more fact worth a glance: the one that was searched for, else the most telling. `isForeign`: written by others, to be isolated. */
  glance(row: AuditRow, searched?: readonly string[]): { text: string; isForeign: boolean } | undefined
  /** The label of a fact; a key that this window does not know is its own label. */
  label(key: string): string
  /** A fact's value: a word where it is one of ours, else as written. */
  value(key: string, value: string | number | boolean): string
}

export function useAuditWords(): AuditWords {
  const { t, i18n } = useTranslation(['audit', 'grants'])
  // The tables are copied each time that they are asked for: once a language is enough.
  return useMemo(() => wordsIn(t, i18n.language), [t, i18n.language])
}

function wordsIn(t: TFunction<['audit', 'grants']>, language: string): AuditWords {
  const actions: unknown = t('actions', { returnObjects: true })
  const labels: unknown = t('facts', { returnObjects: true })
  const tables: Record<string, unknown> = {
    failure: t('failureShort', { returnObjects: true }),
    end: t('endShort', { returnObjects: true }),
    outcome: t('outcome', { returnObjects: true }),
    reason: t('grants:closed', { returnObjects: true }),
  }
  const value = (key: string, said: string | number | boolean): string => {
    if (typeof said === 'string' && key.endsWith('At') && !Number.isNaN(Date.parse(said))) return exactText(said, language)
    if (typeof said === 'string') return wordOf(tables[key], said) ?? said
    if (key === 'durationMs' && typeof said === 'number') return durationText(said)
    return String(said)
  }
  return {
    sentence(action) {
      const dot = action.indexOf('.')
      return wordOf(actions, action.slice(0, dot), action.slice(dot + 1)) ?? action
    },
    actionsCalled(text) {
      const needles = text
        .toLowerCase()
        .split(/\s+/u)
        .filter((needle) => needle !== '')
      return namesIn(actions).filter((action) => {
        const said = wordOf(actions, ...action.split('.'))?.toLowerCase() ?? ''
        return needles.every((needle) => said.includes(needle))
      })
    },
    label: (key) => wordOf(labels, key) ?? key,
    value,
    glance({ action, detail }, searched = []) {
      const found = Object.entries(detail).find(([, said]) => isHit(String(said), searched))
      if (found) {
        const said = String(found[1])
        return { text: said.length > 300 ? `${said.slice(0, 300)}…` : said, isForeign: true }
      }
      // "Its time was over" is the sentence itself.
      if (action === 'grant.expired') return undefined
      for (const key of ['failure', 'end', 'reason', 'code', 'user', 'fingerprint'] as const) {
        const said = detail[key]
        if (said === undefined || said === '') continue
        const text = value(key, said)
        return { text, isForeign: text === String(said) }
      }
      return undefined
    },
  }
}
