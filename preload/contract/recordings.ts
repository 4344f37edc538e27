import { z } from 'zod'
import { MachineId } from './machines.ts'

const RecordingId = z.uuid()

/** One recorded terminal, as its own file on this computer tells it. */
export const Recording = z.object({
  recordingId: RecordingId,
  machineId: z.string(),
  machineName: z.string(),
  user: z.string(),
  grantId: z.string(),
  sessionId: z.string(),
  startedAt: z.iso.datetime(),
  /** Absent: it is being recorded, or the console was ended before it could write the end. */
  durationMs: z.number().optional(),
  /** Of the file, encrypted. */
  bytes: z.number(),
  /** `cut`: its end is missing. What is there can be replayed. */
  state: z.enum(['recording', 'whole', 'cut']),
})
export type Recording = z.infer<typeof Recording>

/** A file among the recordings that cannot be read. `otherKey`: it was written under another keychain. `newer`: by a newer console. */
export const UnreadableRecording = z.object({
  recordingId: RecordingId,
  /** When it was last written to. */
  at: z.iso.datetime(),
  bytes: z.number(),
  why: z.enum(['otherKey', 'newer', 'damaged']),
})
export type UnreadableRecording = z.infer<typeof UnreadableRecording>

/** Why a recording ended, or could not begin. All but the first two are told to the technician. */
export const RecordingEnd = z.enum(['sessionEnded', 'stopped', 'keychain', 'full', 'tooSlow', 'tooLarge', 'failed'])
export type RecordingEnd = z.infer<typeof RecordingEnd>

/** Whether a session that is open, or was just now, is recorded. A session that is not listed is not. */
export const SessionRecording = z.discriminatedUnion('state', [
  /** The technician is asked; nothing is recorded until they say so. */
  z.object({ state: z.literal('asked'), sessionId: z.string() }),
  /** The technician does not want it, or does not want it any more; they may begin again. */
  z.object({ state: z.literal('off'), sessionId: z.string(), recordingId: RecordingId.optional() }),
  z.object({ state: z.literal('recording'), sessionId: z.string(), recordingId: RecordingId, startedAt: z.iso.datetime() }),
  z.object({ state: z.literal('paused'), sessionId: z.string(), recordingId: RecordingId, startedAt: z.iso.datetime() }),
  /** `recordingId` is there when something of it can be replayed. */
  z.object({ state: z.literal('ended'), sessionId: z.string(), recordingId: RecordingId.optional(), end: RecordingEnd }),
])
export type SessionRecording = z.infer<typeof SessionRecording>

/** Output of the machine, a new size ("80x24"), or a marker. */
export const CastEvent = z.object({ atMs: z.number(), kind: z.enum(['o', 'r', 'm']), data: z.string() })
export type CastEvent = z.infer<typeof CastEvent>

/** What is needed to show a recording before its events are asked for. */
export const Replay = z.object({
  recording: Recording,
  cols: z.number(),
  rows: z.number(),
  durationMs: z.number(),
  /** How much the machine wrote in each of equally long stretches. */
  activity: z.array(z.number()),
  markers: z.array(z.object({ atMs: z.number(), label: z.string() })),
  /** `cut`: the end is missing. `damaged`: after `durationMs` it is not what was written, so it is not shown. */
  fault: z.enum(['cut', 'damaged']).optional(),
})
export type Replay = z.infer<typeof Replay>

/** A place in a recording where reading can go on; main's own. */
const Place = z.string().max(40)

export const SearchHit = z.object({
  /** When the last letter of it was written. */
  atMs: z.number(),
  /** The line around it, and where in it the words are. */
  line: z.string(),
  from: z.number(),
  to: z.number(),
})
export type SearchHit = z.infer<typeof SearchHit>

const none = z.object({})
const ofSession = { input: z.object({ sessionId: z.string().max(64) }), output: none }
const ofRecording = z.object({ recordingId: RecordingId })

export const recordingCalls = {
  /** Newest first. Throws `keychain`: without its key nothing can be read, not even the machines' names. */
  'recordings.list': {
    input: z.object({
      machineId: MachineId.optional(),
      search: z.string().max(200).optional(),
      offset: z.int().min(0),
      limit: z.int().min(1).max(200),
    }),
    output: z.object({ recordings: z.array(Recording), total: z.number(), unreadable: z.array(UnreadableRecording) }),
  },
  /** How many there are and what they take; asks no keychain. */
  'recordings.usage': { input: none, output: z.object({ count: z.number(), bytes: z.number() }) },
  'recordings.sessions': { input: none, output: z.object({ sessions: z.array(SessionRecording) }) },
  /** The technician's decisions on an open session. All throw `notFound` session. */
  'recordings.start': ofSession,
  'recordings.decline': ofSession,
  'recordings.pause': ofSession,
  'recordings.resume': ofSession,
  'recordings.stop': ofSession,
  /** Reads all of it once. */
  'recordings.open': { input: ofRecording, output: Replay },
  /** The events from a place on, some hundred kilobytes of them. `next` is absent at the end, or where it is damaged. */
  'recordings.read': {
    input: ofRecording.extend({ from: Place.optional() }),
    output: z.object({ events: z.array(CastEvent), next: Place.optional() }),
  },
  /** What was written on the screen, in the order of time; another search in the same recording ends this one as `cancelled`. */
  'recordings.search': {
    input: ofRecording.extend({ text: z.string().min(1).max(200) }),
    output: z.object({ hits: z.array(SearchHit), isAtLeast: z.boolean() }),
  },
  /** For good. Audited, like what retention takes away. */
  'recordings.delete': { input: z.object({ recordingIds: z.array(RecordingId).min(1).max(200) }), output: none },
  /** As asciicast v2, which is not encrypted. Absent: the person chose no place. Audited. */
  'recordings.export': { input: ofRecording, output: z.object({ path: z.string().optional() }) },
} as const satisfies Record<string, { input: z.ZodType; output: z.ZodType }>
