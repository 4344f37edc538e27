/** The notification that somebody's request waits for this technician (APR-7). It says; it offers nothing to press. */
import type { Grant } from '../../preload/contract.ts'
import type { Desktop } from '../ports.ts'

const words = {
  en: {
    one: (who: string) => `${who} asks for access`,
    many: (count: number) => `${count} requests wait for you`,
    body: (machine: string, ports: string) => `${machine}, port ${ports}. Decide under Approvals.`,
    manyBody: 'Decide under Approvals.',
  },
  de: {
    one: (who: string) => `${who} fragt Zugang an`,
    many: (count: number) => `${count} Anfragen warten auf Sie`,
    body: (machine: string, ports: string) => `${machine}, Port ${ports}. Entscheiden Sie unter „Genehmigungen“.`,
    manyBody: 'Entscheiden Sie unter „Genehmigungen“.',
  },
}

/** Requests that come together, such as all that wait when the console starts, are told together. */
const togetherMs = 300
const longestName = 60

/** Takes every grant that became known or changed; tells of each request that waits for this technician once. */
export function createRequestNotice(
  desktop: Pick<Desktop, 'notify'>,
  language: () => 'en' | 'de',
): {
  readonly take: (grant: Grant) => void
  close(): void
} {
  const told = new Set<string>()
  let fresh: Grant[] = []
  let timer: NodeJS.Timeout | undefined

  function tell(): void {
    timer = undefined
    const [first, ...more] = fresh
    fresh = []
    if (!first) return
    const said = words[language()]
    if (more.length > 0) desktop.notify(said.many(more.length + 1), said.manyBody)
    else
      desktop.notify(
        said.one(first.requestedBy.slice(0, longestName)),
        said.body(first.machineName.slice(0, longestName), first.ports.join(', ')),
      )
  }

  return {
    take(grant) {
      if (grant.state !== 'requested') told.delete(grant.grantId)
      if (grant.state !== 'requested' || grant.decidableByMe !== true || told.has(grant.grantId)) return
      told.add(grant.grantId)
      fresh.push(grant)
      timer ??= setTimeout(tell, togetherMs)
    },
    close: () => clearTimeout(timer),
  }
}
