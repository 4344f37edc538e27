/**
 * The levels of policy (POL-3): the company, each part of a site's path, and a machine. Pure. A site is told by its path with case and Unicode form
 * ignored, so that a machine whose site was typed in another way does not slip out from under its policy.
 */

export type Level = { kind: 'company' } | { kind: 'site'; path: readonly string[] } | { kind: 'machine'; id: string }

/** The parts of a site as people write it: "Contoso / Bern", "Contoso/Bern". */
export function pathOf(site: string): string[] {
  return site
    .split('/')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

/** Whether a machine that was filed at one site and is at the other now belongs to somebody else: the first part of a site is whose it is (F-55). */
export function isOfAnother(before: string, now: string): boolean {
  const [owner] = pathOf(before)
  // Whose it was is not known of a machine that was filed nowhere.
  return owner !== undefined && fold(owner) !== fold(pathOf(now)[0] ?? '')
}

/** undefined for what names no level, such as a site without a name. */
export function parseLevel(text: string): Level | undefined {
  if (text === 'company') return { kind: 'company' }
  if (text.startsWith('machine:') && text.length > 'machine:'.length) return { kind: 'machine', id: text.slice('machine:'.length) }
  if (!text.startsWith('site:')) return undefined
  const path = pathOf(text.slice('site:'.length))
  return path.length === 0 ? undefined : { kind: 'site', path }
}

/** What a level is stored under. */
export function keyOf(level: Level): string {
  switch (level.kind) {
    case 'company':
      return 'company'
    case 'site':
      return `site:${fold(siteName(level.path))}`
    case 'machine':
      return `machine:${level.id}`
  }
}

/** How a level is shown and asked for. */
export function levelName(level: Level): string {
  return level.kind === 'site' ? `site:${siteName(level.path)}` : keyOf(level)
}

export function siteName(path: readonly string[]): string {
  return path.join(' / ')
}

/** The keys of all levels that hold for a machine, the farthest first. */
export function levelsOf(machine: { id: string; site: string }): string[] {
  return [...siteLevels(pathOf(machine.site)), keyOf({ kind: 'machine', id: machine.id })]
}

/** The keys of all levels that hold at this one, the farthest first, itself last. */
export function levelsAt(level: Exclude<Level, { kind: 'machine' }>): string[] {
  return siteLevels(level.kind === 'site' ? level.path : [])
}

function siteLevels(path: readonly string[]): string[] {
  return ['company', ...path.map((_, index) => keyOf({ kind: 'site', path: path.slice(0, index + 1) }))]
}

function fold(text: string): string {
  return text.normalize('NFC').toLowerCase().normalize('NFC')
}
