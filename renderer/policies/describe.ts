/** The values of settings in words: for what is inherited, and for the review of a change. */
import type { TFunction } from 'i18next'
import type { PortRule } from '../../preload/contract.ts'
import { portName } from '../machines/defaults.ts'
import { isolate } from '../parts/foreign.tsx'
import { durationMs, durationText } from '../parts/time.ts'
import type { PlainName, ValueOf } from './draft.ts'

export type PolicyWords = TFunction<['policies', 'people']>

export function durationWords(iso: string, language: string): string {
  const ms = durationMs(iso)
  return ms === undefined ? isolate(iso) : durationText(ms, language)
}

export function describeRules(rules: readonly PortRule[], t: PolicyWords, language: string): string {
  if (rules.length === 0) return t('view.jitOff')
  return rules.map((rule) => `${portName(rule.port)} (${durationWords(rule.maxDuration, language)})`).join(', ')
}

type Describe = { [Name in PlainName]: (value: NonNullable<ValueOf<Name>>, t: PolicyWords, language: string) => string }

export const describe: Describe = {
  approval: (value, t) => t(`view.approval.${value}`),
  allowed({ roles, people }, t) {
    if (!roles && !people) return t('view.allowed.everybody')
    const named = [...(roles ?? []).map((role) => roleWord(role, t)), ...(people ?? []).map(isolate)]
    return named.length === 0 ? t('view.allowed.nobody') : named.join(', ')
  },
  maxDuration: (value, t, language) => t('view.atMost', { duration: durationWords(value, language) }),
  requestsLapseAfter: (value, _, language) => durationWords(value, language),
  jitAdmin: (value, t) =>
    value.enabled
      ? t('view.jitAdmin.on', { name: isolate(value.userName), after: t(`view.jitAdmin.${value.afterSignOut}`) })
      : t('view.jitAdmin.off'),
}

/** A role's name; one that this window does not know as it is. */
export function roleWord(role: string, t: PolicyWords): string {
  const words: Readonly<Record<string, string>> = t('people:roles', { returnObjects: true })
  return words[role] ?? isolate(role)
}
