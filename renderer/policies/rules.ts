/** Editing a machine's port rules: pure steps over a draft. Main checks what is saved. */
import type { OperatingSystem, PortRule } from '../../preload/contract.ts'

/** POL-1: the ports that are offered, the machine's own kind first. */
export function recommendedPorts(os: OperatingSystem): readonly number[] {
  return os === 'windows' ? [3389, 5986, 5985, 22] : [22, 3389, 5985, 5986]
}

/** What can be chosen as a maximum, in milliseconds: 30 minutes to 24 hours. */
export const maximumChoicesMs: readonly number[] = [30, 60, 120, 180, 240, 480, 720, 1440].map((minutes) => minutes * 60_000)

export const newRule = (port: number): PortRule => ({ port, protocol: 'tcp', sources: [], maxDuration: 'PT3H' })

/** Adds a rule for a port that has none yet: a port has one rule. */
export function addRule(rules: readonly PortRule[], port: number): PortRule[] {
  return rules.some((rule) => rule.port === port) ? [...rules] : [...rules, newRule(port)]
}

export const changeRule = (rules: readonly PortRule[], index: number, part: Partial<PortRule>): PortRule[] =>
  rules.map((rule, place) => (place === index ? { ...rule, ...part } : rule))

export const removeRule = (rules: readonly PortRule[], index: number): PortRule[] => rules.filter((_, place) => place !== index)

/** A typed port: a whole number from 1 to 65535, else undefined. */
export function toPort(text: string | number): number | undefined {
  const port = typeof text === 'number' ? text : /^\d{1,5}$/.test(text.trim()) ? Number(text.trim()) : Number.NaN
  return Number.isInteger(port) && port >= 1 && port <= 65535 ? port : undefined
}

export const sameRules = (one: readonly PortRule[], other: readonly PortRule[]): boolean => JSON.stringify(one) === JSON.stringify(other)
