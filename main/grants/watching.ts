/** What is known of grants at any time, what waits to be given back, and what the technician is told of both without asking. */
import type { Grant, Settings } from '../../preload/contract.ts'
import type { Log } from '../log.ts'
import type { Clock, Desktop } from '../ports.ts'
import type { Providers } from '../providers/ids.ts'
import { languageOf, warnOfEnd } from './endWarning.ts'
import { createLiveGrants, type LiveGrants } from './live.ts'
import { createReleases, type Releases } from './releases.ts'
import { createRequestNotice } from './requestNotice.ts'

export interface GrantWatching {
  readonly live: LiveGrants
  readonly releases: Releases
  close(): void
}

/** `changed` is told of whatever becomes known of grants. */
export function watchGrants(deps: {
  providers: Providers
  folder: string
  clock: Clock
  log: Log
  desktop: Pick<Desktop, 'notify'>
  settings: () => Settings
  locale: string
  nameOf: (machineId: string) => string | undefined
  changed: () => void
}): GrantWatching {
  const { providers, folder, clock, log, desktop, settings, locale, nameOf, changed } = deps
  const language = () => languageOf(settings().language, locale)
  // It hears first when a gateway can be reached again.
  const releases = createReleases({ providers, folder, log })
  const live = createLiveGrants(
    providers,
    clock,
    log,
    () => settings().warnBeforeEndMs,
    (machineId) => nameOf(machineId) ?? machineId,
    releases.isWaiting,
  )
  const notice = createRequestNotice(desktop, language)
  const endsSessions = (grant: Grant) => grant.leavesSessions !== true || settings().endSessionsWithWindow
  live.onChanged(changed)
  releases.onChanged(({ provider, grant }) => {
    if (grant) live.take(provider, grant)
    changed()
  })
  live.onChanged(notice.take)
  live.onEnded(changed)
  live.onWarning((grant) => warnOfEnd(desktop, language(), grant, endsSessions(grant)))
  return {
    live,
    releases,
    close() {
      live.close()
      releases.close()
      notice.close()
    },
  }
}
