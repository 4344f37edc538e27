/** What this person may do, as Azure tells it for a scope: actions with wildcards, less those that are taken out. */
import { z } from 'zod'
import type { Arm } from './arm.ts'

const Permission = z.object({ actions: z.array(z.string()).nullish(), notActions: z.array(z.string()).nullish() })
export type Permission = z.infer<typeof Permission>

const version = '2022-04-01'
const keptMs = 10 * 60_000

export interface Permissions {
  /** Asked now. Throws CallError. */
  read(scope: string): Promise<Permission[]>
  /** What is known already; asks for the next time when nothing is. */
  known(scope: string): Permission[] | undefined
}

/** `scope`: "/subscriptions/…" or a resource group in it. */
export function createPermissions(arm: Arm, clock: { monotonicMs(): number }): Permissions {
  const kept = new Map<string, { permissions: Permission[]; at: number }>()
  const asking = new Set<string>()

  async function read(scope: string): Promise<Permission[]> {
    const path = `${scope}/providers/Microsoft.Authorization/permissions?api-version=${version}`
    const permissions: Permission[] = []
    for await (const page of arm.pages(Permission, { path, about: { what: 'machine' }, bucket: scope.split('/')[2] ?? '' }))
      permissions.push(...page)
    kept.set(scope.toLowerCase(), { permissions, at: clock.monotonicMs() })
    return permissions
  }

  return {
    read,
    known(scope) {
      const found = kept.get(scope.toLowerCase())
      if (found && clock.monotonicMs() - found.at < keptMs) return found.permissions
      if (!asking.has(scope)) {
        asking.add(scope)
        void read(scope)
          .catch(() => undefined)
          .finally(() => asking.delete(scope))
      }
      return undefined
    },
  }
}

/** Pure. Each role counts by itself: what one takes out, another may give. */
export function mayDo(permissions: readonly Permission[], action: string): boolean {
  return permissions.some(
    ({ actions, notActions }) =>
      (actions ?? []).some((pattern) => matches(pattern, action)) && !(notActions ?? []).some((pattern) => matches(pattern, action)),
  )
}

function matches(pattern: string, action: string): boolean {
  const parts = pattern.toLowerCase().split('*')
  let rest = action.toLowerCase()
  const [head = '', ...others] = parts
  if (!rest.startsWith(head)) return false
  rest = rest.slice(head.length)
  for (const [index, part] of others.entries()) {
    const isLast = index === others.length - 1
    const at = isLast ? rest.length - part.length : rest.indexOf(part)
    if (at < 0 || !rest.startsWith(part, at)) return false
    rest = rest.slice(at + part.length)
  }
  return rest === ''
}
