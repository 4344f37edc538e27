/** The views that a start does not show: each is loaded once something looks at it, and all of them as soon as the window has nothing else to do. */
import { lazy } from 'react'

const loaders = {
  access: () => import('./grants/AccessView.tsx'),
  approvals: () => import('./approvals/ApprovalsView.tsx'),
  audit: () => import('./audit/AuditView.tsx'),
  people: () => import('./people/PeopleView.tsx'),
  policies: () => import('./policies/PoliciesView.tsx'),
  recordings: () => import('./recordings/RecordingsView.tsx'),
  replay: () => import('./recordings/ReplayView.tsx'),
  session: () => import('./sessions/SessionView.tsx'),
  settings: () => import('./settings/SettingsView.tsx'),
}

export const AccessView = lazy(async () => ({ default: (await loaders.access()).AccessView }))
export const ApprovalsView = lazy(async () => ({ default: (await loaders.approvals()).ApprovalsView }))
export const AuditView = lazy(async () => ({ default: (await loaders.audit()).AuditView }))
export const PeopleView = lazy(async () => ({ default: (await loaders.people()).PeopleView }))
export const PoliciesView = lazy(async () => ({ default: (await loaders.policies()).PoliciesView }))
export const RecordingsView = lazy(async () => ({ default: (await loaders.recordings()).RecordingsView }))
export const ReplayView = lazy(async () => ({ default: (await loaders.replay()).ReplayView }))
export const SessionView = lazy(async () => ({ default: (await loaders.session()).SessionView }))
export const SettingsView = lazy(async () => ({ default: (await loaders.settings()).SettingsView }))

/** Loads them one after the other, each when the window is idle, so that none is waited for. Returns what stops it. */
export function loadWhenIdle(): () => void {
  const waiting = Object.values(loaders)
  let handle = requestIdleCallback(loadNext)
  function loadNext(): void {
    const load = waiting.shift()
    // A view that cannot be loaded now is tried again, and its failure told, when it is looked at.
    void load?.()
      .catch(() => undefined)
      .then(() => (handle = requestIdleCallback(loadNext)))
  }
  return () => {
    waiting.length = 0
    cancelIdleCallback(handle)
  }
}
