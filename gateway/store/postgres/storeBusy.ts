/** What PostgreSQL, or the way to it, could not do now, told apart from what is a fault of ours. */
import { DatabaseError } from 'pg'

/** The store cannot serve this now: nothing of the transaction is in it (F-118). `cause` says what it was. */
export class StoreBusy extends Error {
  readonly code = 'STORE_BUSY'
  constructor(why: string, options?: { cause?: unknown }) {
    super(`the store cannot serve this now: ${why}`, options)
    this.name = 'StoreBusy'
  }
}

/**
 * Appendix A of PostgreSQL's manual: connections, transactions that must be run again, resources, operators who intervene, and a standby that
 * takes no changes yet.
 */
const passing = ['08', '40', '53', '57', '25006', '25P02', '25P03', '55P03']
/** The disk is full: told by a word of its own, as it is on SQLite. */
const diskFull = '53100'

/** The error as callers are to see it: StoreBusy for what passes, itself for anything else. */
export function toStoreError(error: unknown): unknown {
  if (error instanceof StoreBusy) return error
  const code = sqlStateOf(error)
  if (code === undefined) return isOfTheWay(error) ? new StoreBusy(String(error), { cause: error }) : error
  if (code === diskFull) return error
  return passing.some((start) => code.startsWith(start)) ? new StoreBusy(String(error), { cause: error }) : error
}

/** Whether the connection is lost, so that what became of a COMMIT is not known. */
export function isConnectionLost(error: unknown): boolean {
  const code = sqlStateOf(error)
  return code === undefined ? isOfTheWay(error) : code.startsWith('08') || code.startsWith('57P')
}

function sqlStateOf(error: unknown): string | undefined {
  return error instanceof DatabaseError ? error.code : undefined
}

/** pg throws plain errors for a connection that ends, and for one that is not to be had in time; the system's have a code. */
function isOfTheWay(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('code' in error && typeof error.code === 'string')
    return /^(E[A-Z]+|ERR_(TLS|SSL|SOCKET)\w*|\w*CERT\w*|UNABLE_TO_\w+)$/.test(error.code)
  return /connection (terminated|error|ended)|timeout|not queryable|client (was closed|has encountered)|cannot use a pool/i.test(
    error.message,
  )
}
