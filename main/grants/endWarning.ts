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
    left: (minutes: number) =>
      minutes === 1
        ? 'You can reconnect for about a minute. What is connected stays connected.'
        : `You can reconnect for about ${minutes} minutes. What is connected stays connected.`,
  },
  de: {
    title: (machine: string) => `Der Zugang zu ${machine} endet bald`,
    body: (minutes: number) =>
      minutes === 1
        ? 'Es bleibt etwa eine Minute. Offene Verbindungen werden am Ende getrennt.'
        : `Es bleiben etwa ${minutes} Minuten. Offene Verbindungen werden am Ende getrennt.`,
    left: (minutes: number) =>
      minutes === 1
        ? 'Sie können sich noch etwa eine Minute lang neu verbinden. Was verbunden ist, bleibt verbunden.'
        : `Sie können sich noch etwa ${minutes} Minuten lang neu verbinden. Was verbunden ist, bleibt verbunden.`,
  },
}

/** `endsSessions`: what is connected ends with the window, whether its system cuts it or this console does. */
export function warnOfEnd(desktop: Pick<Desktop, 'notify'>, language: 'en' | 'de', grant: Grant, endsSessions: boolean): void {
  const minutes = Math.max(1, Math.round((grant.remainingMs ?? 0) / 60_000))
  const { title, body, left } = words[language]
  desktop.notify(title(grant.machineName.slice(0, 60)), endsSessions ? body(minutes) : left(minutes))
}

/** The language that main itself speaks in: the setting, else the system's, else English. */
export function languageOf(setting: 'system' | 'en' | 'de', locale: string): 'en' | 'de' {
  if (setting !== 'system') return setting
  return locale.toLowerCase().startsWith('de') ? 'de' : 'en'
}
