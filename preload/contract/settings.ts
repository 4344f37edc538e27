import { z } from 'zod'

/** What the console remembers for this person on this computer. No secret is ever here. */
export const Settings = z.object({
  language: z.enum(['system', 'en', 'de']),
  theme: z.enum(['system', 'light', 'dark']),
  /** REQ-6: release a grant when its last session ends. */
  releaseAfterLastSession: z.boolean(),
  /** Where a window's end leaves what is connected (Azure), this console's own sessions end with it all the same. */
  endSessionsWithWindow: z.boolean(),
  /** Warn this long before a window ends. */
  warnBeforeEndMs: z.int().min(0).max(3_600_000),
  ssh: z.object({
    where: z.enum(['tab', 'system']),
    useAgent: z.boolean(),
    /** Private key files to try, in order; passphrases are in the keychain. */
    keyFiles: z.array(z.string().max(1024)).max(10),
  }),
  /** Preferred desktop client by id; absent means the first that is found. */
  rdpClient: z.string().max(40).optional(),
  terminal: z.object({
    fontFamily: z.string().max(100),
    fontSize: z.int().min(8).max(32),
    scrollback: z.int().min(100).max(100_000),
    theme: z.enum(['followApp', 'dark', 'light']),
    copyOnSelect: z.boolean(),
  }),
  /** How long events are kept on this computer, and how much room they may take; their gateways keep them in any case. */
  audit: z.object({ keepDays: z.int().min(1).max(3650), keepMegabytes: z.int().min(100).max(100_000) }),
  /** REQ-9. `ask`: the technician decides in each session. */
  recordings: z.object({
    when: z.enum(['off', 'ask', 'always']),
    /** What is older is deleted, and then the oldest until the rest takes no more than `keepBytes`. */
    keepDays: z.int().min(1).max(3650),
    keepBytes: z.int().min(50_000_000).max(1_000_000_000_000),
  }),
  /** True once the first-run screen was left. */
  welcomed: z.boolean(),
})
export type Settings = z.infer<typeof Settings>

/** Choices remembered per machine (REQ-3: "remembers choices"). */
export const MachineChoices = z.object({
  way: z.enum(['ssh', 'rdp', 'forward']).optional(),
  where: z.enum(['tab', 'system']).optional(),
  durationMs: z.int().positive().optional(),
  user: z.string().max(256).optional(),
})
export type MachineChoices = z.infer<typeof MachineChoices>

export const KeychainState = z.enum(['ready', 'locked', 'missing', 'timeout', 'crashed', 'changed'])
export type KeychainState = z.infer<typeof KeychainState>

export const AppInfo = z.object({
  version: z.string(),
  /** What shows the window; the command line has none. */
  host: z.enum(['electron', 'chromium', 'commandLine']),
  platform: z.enum(['linux', 'macos', 'windows']),
  locale: z.string(),
  user: z.string(),
  dataFolder: z.string(),
  /** What is limited and why (F-109), as keys of words. */
  limits: z.array(z.string()),
})
export type AppInfo = z.infer<typeof AppInfo>

/** A saved credential: that it exists, never what it is. */
export const SavedCredential = z.object({
  id: z.string(),
  kind: z.enum(['password', 'passphrase']),
  machineId: z.string().optional(),
  machineName: z.string().optional(),
  user: z.string().optional(),
  key: z.string().optional(),
  savedAt: z.iso.datetime(),
})
export type SavedCredential = z.infer<typeof SavedCredential>
