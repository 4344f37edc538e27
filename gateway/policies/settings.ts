/** What one level sets: whether it can be, and what a change makes of it. Pure. */
import type { MachineInput } from '../api.ts'
import { SettingName } from '../contract/policies.ts'
import type { PolicyPatch, PolicySettings } from '../contract/policies.ts'
import { parseDuration } from '../durations.ts'
import { faultInRules } from '../policy.ts'
import { faultInUserName } from './userName.ts'

export interface Fault {
  /** "rules.windows.0.port" */
  field: string
  /** A key of words. */
  reason: string
}

const longestAdminMs = 24 * 3600 * 1000

/** `os`: of the machine whose level it is; absent for the company and sites. */
export function faultInSettings(settings: PolicySettings, os: MachineInput['os'] | undefined): Fault | undefined {
  for (const [family, rules] of Object.entries(settings.rules ?? {})) {
    if (os !== undefined && family !== 'default') return { field: `rules.${family}`, reason: 'onlyOneSystem' }
    const fault = rules && faultInRules(rules)
    if (fault) return { field: fault.field.replace(/^rules/, `rules.${family}`), reason: fault.reason }
  }
  for (const name of ['maxDuration', 'requestsLapseAfter'] as const) {
    const value = settings[name]
    if (value !== undefined && parseDuration(value) === undefined) return { field: name, reason: 'badDuration' }
  }
  const longest = settings.jitAdmin?.longest
  if (longest !== undefined && (parseDuration(longest) ?? Infinity) > longestAdminMs) {
    return { field: 'jitAdmin.longest', reason: 'badDuration' }
  }
  const userName = settings.jitAdmin && faultInUserName(settings.jitAdmin.userName, os ?? 'any')
  return userName === undefined ? undefined : { field: 'jitAdmin.userName', reason: userName }
}

/** The settings after a change. */
export function withPatch(before: PolicySettings, patch: PolicyPatch): PolicySettings {
  const all: PolicyPatch = { ...before, ...patch }
  const set = Object.entries(all).filter(([, value]) => value !== null && value !== undefined)
  return Object.fromEntries(set)
}

export function ownSettings(settings: PolicySettings): SettingName[] {
  return SettingName.options.filter((name) => settings[name] !== undefined)
}

/** Settings that differ, by what they hold. */
export function differences(before: PolicySettings, after: PolicySettings): SettingName[] {
  return SettingName.options.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
}

/** POL-4: whether a JIT admin's name is new with this change, so that a user of that name could be taken over. */
export function takesOverUser(before: PolicySettings, after: PolicySettings): boolean {
  if (after.jitAdmin?.enabled !== true) return false
  return before.jitAdmin?.enabled !== true || before.jitAdmin.userName.toLowerCase() !== after.jitAdmin.userName.toLowerCase()
}
