/** What the reading of a file gives, whatever its format: machines that could be added, and everything else with the reason. Pure. */
import type { CsvColumns, ImportFormat, ImportLeftOut, ImportPreview, OperatingSystem } from '../../../preload/contract.ts'

export interface ImportJob {
  /** Absent: ~/.ssh/config below `home`. */
  file?: { name: string; bytes: Uint8Array }
  home: string
  format?: ImportFormat
  password?: string
  table?: CsvColumns
}

/** A machine as the file has it, within the gateway's limits. `groups`: folders or groups, the outermost first. */
export interface FoundMachine {
  line: number
  name: string
  address: string
  /** Absent: the file does not say. */
  os?: OperatingSystem
  site: string
  tags: string[]
  groups: string[]
  /** What `port` is of; absent: of what its system is usually reached by. */
  way?: 'ssh' | 'rdp'
  port?: number
  user?: string
  ignored: string[]
}

export interface Reading extends Pick<ImportPreview, 'format' | 'asks' | 'secrets' | 'dropped' | 'table'> {
  machines: FoundMachine[]
  leftOut: ImportLeftOut[]
}

/** Reads a file off the main thread. Throws CallError badFile (with the line) or file. */
export type ReadImport = (job: ImportJob) => Promise<Reading>

export interface ImportChecks {
  /** The address in the form in which a gateway keeps it, undefined when it may not be one (F-11 to F-17). */
  parseAddress: (text: string) => string | undefined
  isUser: (text: string) => boolean
}

/** Of a file; a whole one must fit into memory several times over. */
export const mostBytes = 64_000_000
/** Of machines and of what is left out, together. */
export const mostEntries = 100_000
