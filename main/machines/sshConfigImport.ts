/** Offers a person's ~/.ssh/config, or a file that they chose, for import. Reads only below ~/.ssh, and changes nothing. */
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { isAbsolute, join, sep } from 'node:path'
import type { Input, MachineInput, SshConfigPreview } from '../../preload/contract.ts'
import { fileFailure } from '../atomicFile.ts'
import { CallError } from '../callError.ts'
import type { StoredMachines } from '../localStore.ts'
import { isLike, readSshConfig, type Include, type SshConfigChecks } from './sshConfig.ts'

type Entry = Input<'machines.importSshConfig'>['entries'][number]

export interface SshConfigImport {
  /** Without `text` ~/.ssh/config. Throws CallError badFile (with the line), or file when it cannot be read. */
  read: (text: string | undefined) => ReturnType<typeof readSshConfig>
  /** What `read` gives, with what would become of it. */
  preview: (text: string | undefined, name: string | undefined) => Promise<SshConfigPreview>
  toMachine(entry: Entry): Omit<MachineInput, 'site' | 'turnOnJit'>
}

const maxFileBytes = 2_000_000
const mostFiles = 1000

export function createSshConfigImport(home: string, store: Pick<StoredMachines, 'areKnown'>, checks: SshConfigChecks): SshConfigImport {
  const folder = join(home, '.ssh')

  const own = join(folder, 'config')

  function read(text: string | undefined): ReturnType<typeof readSshConfig> {
    // A chosen file may come from anybody: its Includes would read this person's own files into its list.
    const include: Include = text === undefined ? (pattern) => filesOf(folder, pattern) : () => ({ leftOut: 'includeOutside' })
    return readSshConfig(text ?? readFile(own), checks, include)
  }

  return {
    read,
    async preview(text, name) {
      const { entries, leftOut } = read(text)
      // What the provider takes for the same machine (F-43).
      const known = await store.areKnown(entries.map(({ alias, address }) => ({ name: alias, address })))
      return {
        source: text === undefined ? own : (name ?? ''),
        entries: entries.map((entry, at) => ({ ...entry, fate: known[at] === true ? 'known' : 'new' })),
        leftOut,
      }
    },
    // A config says nothing of the machine's system, but what answers ssh is most likely this.
    toMachine: ({ alias, address, port, user }) => ({
      name: alias,
      address,
      os: 'linux',
      tags: [],
      ...(port !== 22 && { sshPort: port }),
      ...(user !== undefined && user !== '' && { user }),
    }),
  }
}

function readFile(path: string): string {
  try {
    const found = statSync(path)
    if (!found.isFile()) throw new CallError({ tag: 'file', path, problem: 'other' })
    if (found.size > maxFileBytes) throw new CallError({ tag: 'file', path, problem: 'tooLarge' })
    const bytes = readFileSync(path)
    // A file of NULs, or in UTF-16, is no text of ours (F-37).
    if (bytes.includes(0)) throw new CallError({ tag: 'file', path, problem: 'notText' })
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) throw new CallError({ tag: 'file', path, problem: 'notText' }, { cause: error })
    throw fileFailure(error, path)
  }
}

/** ssh_config(5) Include: relative to ~/.ssh, with glob patterns, in lexical order. Only files that really are below ~/.ssh. */
function filesOf(folder: string, pattern: string): ReturnType<Include> {
  const written = pattern.startsWith('~/') ? join(folder, '..', pattern.slice(2)) : isAbsolute(pattern) ? pattern : join(folder, pattern)
  if (!written.startsWith(folder + sep)) return { leftOut: 'includeOutside' }
  let paths = [folder]
  for (const part of written.slice(folder.length + 1).split(sep)) {
    paths = paths.flatMap((path) => (/[*?[]/.test(part) ? entriesLike(path, part) : [join(path, part)]))
    if (paths.length > mostFiles) return { leftOut: 'includeTooDeep' }
  }
  const files: { path: string; text: string }[] = []
  const root = realpathSync(folder)
  for (const path of paths) {
    try {
      const real = realpathSync(path)
      if (!real.startsWith(root + sep)) return { leftOut: 'includeOutside' }
      if (statSync(real).isFile()) files.push({ path: real, text: readFile(real) })
    } catch (error) {
      if (error instanceof CallError && error.failure.tag === 'file' && error.failure.problem !== 'missing') throw error
      if (!(error instanceof CallError) && !isMissing(error)) throw fileFailure(error, path)
    }
  }
  return files.length === 0 ? { leftOut: 'includeMissing' } : { files }
}

function entriesLike(folder: string, pattern: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => (name.startsWith('.') ? pattern.startsWith('.') : true) && isLike(name, pattern))
    return names.sort().map((name) => join(folder, name))
  } catch {
    return []
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'ELOOP')
}
