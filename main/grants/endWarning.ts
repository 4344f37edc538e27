/** The notification before a window ends (REQ-6). It says; it offers nothing to press. */
import type { Grant } from '../../preload/contract.ts'
import type { Desktop } from '../ports.ts'

const words = {
  en: {
    title: (machine: string) => `Access to ${machine} ends soon`,
    body: (minutes: number) =>
      minutes === 1
        ? 'About a minute is left. Live connections are cut at the end.'
        : `About ${minutes} minutes are left. Live connections are cut at the end.`,
  },
  de: {
    title: (machine: string) => `Der Zugang zu ${machine} endet bald`,
    body: (minutes: number) =>
      minutes === 1
        ? 'Es bleibt etwa eine Minute. Offene Verbindungen werden am Ende getrennt.'
        : `Es bleiben etwa ${minutes} Minuten. Offene Verbindungen werden am Ende getrennt.`,
  },
}

export function warnOfEnd(desktop: Pick<Desktop, 'notify'>, language: 'en' | 'de', grant: Grant): void {
  const minutes = Math.max(1, Math.round((grant.remainingMs ?? 0) / 60_000))
  desktop.notify(words[language].title(grant.machineName.slice(0, 60)), words[language].body(minutes))
}

/** The language that main itself speaks in: the setting, else the system's, else English. */
export function languageOf(setting: 'system' | 'en' | 'de', locale: string): 'en' | 'de' {
  if (setting !== 'system') return setting
  return locale.toLowerCase().startsWith('de') ? 'de' : 'en'
}
