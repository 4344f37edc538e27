/** Import with a dry run (INV-6): a file is sent in parts, read, looked through page by page, and only then is anything changed. */
import { z } from 'zod'
import { GatewayId } from './account.ts'
import { OperatingSystem } from './machines.ts'

export const ImportFormat = z.enum(['sshConfig', 'mremoteng', 'rdcman', 'rdpFile', 'csv', 'ansible'])
export type ImportFormat = z.infer<typeof ImportFormat>

/** What a column of a table is taken for. */
export const CsvField = z.enum(['name', 'address', 'port', 'user', 'os', 'protocol', 'site', 'group', 'tags', 'secret', 'none'])
export type CsvField = z.infer<typeof CsvField>

/** `hasHeader`: the first row names the columns. Columns beyond `fields` are not taken. */
export const CsvColumns = z.object({ hasHeader: z.boolean(), fields: z.array(CsvField).max(200) })
export type CsvColumns = z.infer<typeof CsvColumns>

/** Why something in a file is no machine of ours. */
export const ImportWhy = z.enum([
  'wildcard',
  'match',
  'includeOutside',
  'includeTooDeep',
  'includeMissing',
  'noAddress',
  'badAddress',
  'badPort',
  'badRow',
  'otherProtocol',
  'twice',
  'badRange',
  'thisComputer',
  'notALine',
])
export type ImportWhy = z.infer<typeof ImportWhy>

const Line = z.int().min(1)

/** Something that is not imported, with the line and what stands there, made safe to show. */
export const ImportLeftOut = z.object({ line: Line, text: z.string(), why: ImportWhy })
export type ImportLeftOut = z.infer<typeof ImportLeftOut>

export const ImportPreview = z.object({
  /** The file's name, or the path of what was read on this computer. */
  source: z.string(),
  format: ImportFormat,
  /** The file is encrypted: nothing was read yet. `wrongPassword`: nor with this one. */
  asks: z.enum(['password', 'wrongPassword']).optional(),
  /** How many machines it has. */
  machines: z.int(),
  /** Passwords that were seen; they are never taken. */
  secrets: z.int(),
  /** How many machines the file says nothing of the system of. */
  unknownSystems: z.int(),
  /** Settings that are not taken, the most frequent first. */
  dropped: z.array(z.object({ what: z.string(), count: z.int() })),
  /** For a table: what each column is taken for, with its first values. */
  table: CsvColumns.extend({ columns: z.array(z.object({ title: z.string(), samples: z.array(z.string()) })) }).optional(),
})
export type ImportPreview = z.infer<typeof ImportPreview>

/** Folders, groups and parents in the file: the outermost as the site and the others as tags, all of them as tags, or not at all. */
export const ImportGroups = z.enum(['site', 'tags', 'none'])
export type ImportGroups = z.infer<typeof ImportGroups>

export const ImportRow = z.union([
  z.object({
    /** By which it is chosen. */
    index: z.int(),
    line: Line,
    name: z.string(),
    address: z.string(),
    /** Absent: the file does not say. */
    os: OperatingSystem.optional(),
    site: z.string(),
    tags: z.array(z.string()),
    /** Where it is not the usual one. */
    port: z.int().optional(),
    user: z.string().optional(),
    /** `known`: the gateway has a machine with this name and address already (F-43). */
    fate: z.enum(['new', 'known']),
    /** Settings that were seen and not taken, such as ProxyCommand. */
    ignored: z.array(z.string()),
  }),
  ImportLeftOut.extend({ fate: z.literal('leftOut') }),
])
export type ImportRow = z.infer<typeof ImportRow>

export const ImportShow = z.enum(['all', 'new', 'known', 'leftOut'])
export type ImportShow = z.infer<typeof ImportShow>

/** The window's name for one import, from its first part to its being undone. */
const ImportId = z.uuid()
const done = z.object({})

export const importCalls = {
  /** The next part of the file, at most 1 MB. Refused as `file` tooLarge when all of them are more than 64 MB. */
  'machines.sendImport': { input: z.object({ importId: ImportId, data: z.base64().max(1_400_000) }), output: done },
  /** Reads what was sent, or ~/.ssh/config where nothing was, and changes nothing. A `format` overrides what the content looks like. */
  'machines.previewImport': {
    input: z.object({
      importId: ImportId,
      name: z.string().max(255).optional(),
      format: ImportFormat.optional(),
      /** Of an encrypted file. Used once and kept nowhere. */
      password: z.string().min(1).max(1000).optional(),
      table: CsvColumns.optional(),
    }),
    output: ImportPreview,
  },
  /** A page of what was read, in the file's order, as it would be in this gateway. */
  'machines.importRows': {
    input: z.object({
      importId: ImportId,
      gatewayId: GatewayId.optional(),
      groups: ImportGroups,
      show: ImportShow,
      offset: z.int().min(0),
      limit: z.int().min(1).max(200),
    }),
    output: z.object({
      counts: z.object({ new: z.int(), known: z.int(), leftOut: z.int() }),
      total: z.int(),
      rows: z.array(ImportRow),
    }),
  },
  /** Imports what was chosen of the preview: all of it or nothing (F-44). */
  'machines.import': {
    input: z.object({
      importId: ImportId,
      /** Which gateway gets them; the desk's own unless told. */
      gatewayId: GatewayId.optional(),
      groups: ImportGroups,
      /** Of those that name none. */
      site: z.string().trim().max(200),
      /** Of those whose system the file does not say. */
      os: OperatingSystem,
      turnOnJit: z.boolean(),
      /** Everything that is new but `except`, or nothing but `except`. */
      chosen: z.object({ from: z.enum(['new', 'none']), except: z.array(z.int().min(0)).max(100_000) }),
    }),
    /** `left`: what was chosen beyond as much as one change may have; the same call again imports the next of it. */
    output: z.object({ added: z.int(), known: z.int(), left: z.int() }),
  },
  /** Removes the machines that this import added, and no other. */
  'machines.undoImport': { input: z.object({ importId: ImportId }), output: z.object({ removed: z.int() }) },
  /** Forgets a file that is not wanted any more. */
  'machines.dropImport': { input: z.object({ importId: ImportId }), output: done },
} as const
