/** What is to be changed at a level: pure steps over a patch. Nothing counts until it is saved; main judges it. */
import type { OperatingSystem, PolicyDetail, PolicyPatch, PolicySettings, PolicySource, PortRule } from '../../preload/contract.ts'

export type SettingName = keyof PolicySettings
/** Settings with one value; the port rules have one for each system. */
export type PlainName = Exclude<SettingName, 'rules'>
export type ValueOf<Name extends PlainName> = PolicyDetail['effective'][Name]['value']

export const systems: readonly OperatingSystem[] = ['windows', 'linux', 'macos', 'other']

/** What a setting is at a level as it would be saved. `inherited` after `here`: what will hold is the level above's to say. */
export interface Shown<Value> {
  isHere: boolean
  isChanged: boolean
  /** The levels that are edited together differ. */
  isMixed: boolean
  /** What holds; undefined when it will be inherited and only the level above knows, or where there is no limit. */
  value: Value | undefined
  /** Where an inherited value comes from; undefined when only the level above knows. */
  from: PolicySource | undefined
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)
const allSame = (values: readonly unknown[]): boolean => values.every((value) => same(value, values[0]))

export function shown<Name extends PlainName>(name: Name, details: readonly PolicyDetail[], patch: PolicyPatch): Shown<ValueOf<Name>> {
  const [first] = details
  const change: ValueOf<Name> | null | undefined = patch[name]
  const isHere = change === undefined ? details.some(({ settings }) => settings[name] !== undefined) : change !== null
  const isMixed = change === undefined && !allSame(details.map(({ effective }) => effective[name].value))
  if (change !== undefined && change !== null) return { isHere, isChanged: true, isMixed, value: change, from: undefined }
  const isGone = change === null && details.some(({ settings }) => settings[name] !== undefined)
  const holds = isGone ? undefined : first?.effective[name]
  return { isHere, isChanged: change !== undefined, isMixed, value: holds?.value, from: holds?.from }
}

/** The rules that are set at the level itself, system by system: rules "for all others" count for each that is not named. */
export function ownRules(kind: PolicyDetail['kind'], settings: PolicySettings): Partial<Record<OperatingSystem | 'default', PortRule[]>> {
  const rules = settings.rules
  if (!rules) return {}
  if (kind === 'machine') return rules.default ? { default: rules.default } : {}
  const expanded: Partial<Record<OperatingSystem, PortRule[]>> = {}
  for (const os of systems) {
    const own = rules[os] ?? rules.default
    if (own) expanded[os] = own
  }
  return expanded
}

/** Of the first level: what is edited together is of one kind, and begins from there. */
function rulesNow(details: readonly PolicyDetail[], patch: PolicyPatch): ReturnType<typeof ownRules> {
  const [first] = details
  if (!first) return {}
  if (patch.rules === undefined) return ownRules(first.kind, first.settings)
  return ownRules(first.kind, patch.rules === null ? {} : { rules: patch.rules })
}

export function shownRules(os: OperatingSystem, details: readonly PolicyDetail[], patch: PolicyPatch): Shown<PortRule[]> {
  const [first] = details
  const slot = first?.kind === 'machine' ? 'default' : os
  const effective = (detail: PolicyDetail) => detail.effective.rules.find((entry) => entry.os === os) ?? detail.effective.rules[0]
  const before = first ? ownRules(first.kind, first.settings)[slot] : undefined
  const now = rulesNow(details, patch)[slot]
  const isChanged = patch.rules !== undefined && !same(before, now)
  const isMixed = patch.rules === undefined && !allSame(details.map((detail) => effective(detail)?.value))
  if (now) return { isHere: true, isChanged, isMixed, value: now, from: undefined }
  const holds = first && before === undefined ? effective(first) : undefined
  return { isHere: false, isChanged, isMixed, value: holds?.value, from: holds?.from }
}

/** The patch with rules for one system; `rules` undefined: inherited. */
export function withRules(
  details: readonly PolicyDetail[],
  patch: PolicyPatch,
  os: OperatingSystem,
  rules: PortRule[] | undefined,
): PolicyPatch {
  const slot = details[0]?.kind === 'machine' ? 'default' : os
  const { [slot]: _, ...others } = rulesNow(details, patch)
  const all = rules ? { ...others, [slot]: rules } : others
  return settle(details, patch, 'rules', Object.keys(all).length === 0 ? null : all)
}

/** The patch with one setting more; null: inherited. What is as it was before is no change. */
export function withSetting<Name extends PlainName>(
  details: readonly PolicyDetail[],
  patch: PolicyPatch,
  name: Name,
  value: ValueOf<Name> | null,
): PolicyPatch {
  return settle(details, patch, name, value)
}

function settle(details: readonly PolicyDetail[], patch: PolicyPatch, name: SettingName, value: unknown): PolicyPatch {
  const { [name]: _, ...rest } = patch
  const isAsBefore = details.every(({ kind, settings }) =>
    name === 'rules' ? sameRulesAs(ownRules(kind, settings), value) : same(settings[name] ?? null, value),
  )
  return isAsBefore ? rest : { ...rest, [name]: value }
}

function sameRulesAs(before: ReturnType<typeof ownRules>, value: unknown): boolean {
  const slots = [...systems, 'default'] as const
  const after: ReturnType<typeof ownRules> = value ?? {}
  return slots.every((slot) => same(before[slot], after[slot]))
}

export const changeNames = (patch: PolicyPatch): SettingName[] =>
  (['rules', 'approval', 'allowed', 'maxDuration', 'requestsLapseAfter', 'jitAdmin'] as const).filter((name) => patch[name] !== undefined)

/** The level above; a machine's is its site's. undefined above the company. */
export function levelAbove(level: string, machineSite = ''): string | undefined {
  const provider = level.slice(0, level.indexOf(':'))
  const rest = level.slice(provider.length + 1)
  if (rest === 'company') return undefined
  const path = (rest.startsWith('site:') ? rest.slice('site:'.length) : machineSite)
    .split('/')
    .map((part) => part.trim())
    .filter((part) => part !== '')
  const above = rest.startsWith('site:') ? path.slice(0, -1) : path
  return above.length === 0 ? `${provider}:company` : `${provider}:site:${above.join(' / ')}`
}

/** The level of a machine with this id ("desk:4711"). */
export function levelOfMachine(machineId: string): string {
  const colon = machineId.indexOf(':')
  return `${machineId.slice(0, colon)}:machine:${machineId.slice(colon + 1)}`
}

/** The machine of a machine's level; undefined for the company and sites. */
export function machineOfLevel(level: string): string | undefined {
  const [, provider, id] = /^([a-z0-9-]+):machine:(.+)$/.exec(level) ?? []
  return provider === undefined ? undefined : `${provider}:${id}`
}
