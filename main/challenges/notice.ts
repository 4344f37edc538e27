/** The notification that a sign-in waits (APR-7). It says; it offers nothing to press, and it never says what to type. */
import type { Challenge } from '../../preload/contract.ts'
import type { Desktop } from '../ports.ts'

const words = {
  en: {
    one: (machine: string) => `A sign-in at ${machine} waits`,
    many: (count: number) => `${count} sign-ins wait`,
    body: 'Look at it under Approvals before you decide.',
  },
  de: {
    one: (machine: string) => `Eine Anmeldung an ${machine} wartet`,
    many: (count: number) => `${count} Anmeldungen warten`,
    body: 'Sehen Sie sie unter „Genehmigungen“ an, bevor Sie entscheiden.',
  },
}

/** Those that come together are told together, and after a notification there is none for a while: a flood is one notification (F-75). */
const togetherMs = 300
const quietMs = 10_000
const longestName = 60

export function createChallengeNotice(
  desktop: Pick<Desktop, 'notify'>,
  language: () => 'en' | 'de',
): {
  readonly take: (challenge: Challenge) => void
  close(): void
} {
  let fresh: Challenge[] = []
  let timer: NodeJS.Timeout | undefined

  function tell(): void {
    timer = undefined
    const [first, ...more] = fresh
    fresh = []
    if (!first) return
    const said = words[language()]
    const title = more.length > 0 ? said.many(more.length + 1) : said.one(first.machineName.slice(0, longestName))
    desktop.notify(title, said.body)
    timer = setTimeout(tell, quietMs)
    timer.unref()
  }

  return {
    take(challenge) {
      fresh.push(challenge)
      timer ??= setTimeout(tell, togetherMs)
    },
    close: () => clearTimeout(timer),
  }
}
