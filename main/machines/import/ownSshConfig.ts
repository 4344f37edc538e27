/** Reads a person's ~/.ssh/config with what it includes, or one that they sent. Reads only below ~/.ssh, and changes nothing. */
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { isAbsolute, join, sep } from 'node:path'
import { fileFailure } from '../../atomicFile.ts'
import { CallError } from '../../callError.ts'
import { createCollector } from './collector.ts'
import type { ImportChecks, Reading } from './reading.ts'
import { isLike, readSshConfig, type Include } from './sshConfig.ts'

const maxFileBytes = 2_000_000
const mostFiles = 1000

/** Where a person's own one is. */
export const ownSshConfig = (home: string): string => join(home, '.ssh', 'config')

/** Throws CallError badFile with the line, or file when it cannot be read. */
export function readOwnSshConfig(home: string, checks: ImportChecks): Reading {
  return read(readFile(ownSshConfig(home)), checks, (pattern) => filesOf(join(home, '.ssh'), pattern))
}

/** One that may come from anybody: its Includes would read this person's own files into its list. */
export function readSentSshConfig(text: string, checks: ImportChecks): Reading {
  return read(text, checks, () => ({ leftOut: 'includeOutside' }))
}

function read(text: string, checks: ImportChecks, include: Include): Reading {
  const collector = createCollector(checks)
  readSshConfig(text, include, collector)
  return collector.done('sshConfig')
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
