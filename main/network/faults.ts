/** Why somebody on the network was not reached, told by what the technician can do about it. */
import type { FailureOf } from '../../preload/contract.ts'

export type OfflineReason = NonNullable<FailureOf<'offline'>['why']>

/** There is no way there that may be gone; nothing was sent. */
export class NoRoute extends Error {
  readonly why: OfflineReason
  constructor(why: OfflineReason, options?: { cause?: unknown }) {
    super(`no way there: ${why}`, options)
    this.name = 'NoRoute'
    this.why = why
  }
}

/** Codes of Node, OpenSSL and undici. */
const reasons: Readonly<Record<string, OfflineReason>> = {
  ENOTFOUND: 'unknownName',
  EAI_AGAIN: 'unknownName',
  EAI_FAIL: 'unknownName',
  ENODATA: 'unknownName',
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'refused',
  ENETUNREACH: 'refused',
  EADDRNOTAVAIL: 'refused',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'reset',
  // What answers there does not speak TLS: often the sign-in page of a network (F-96).
  EPROTO: 'notTls',
  ERR_SSL_WRONG_VERSION_NUMBER: 'notTls',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'notTls',
  ERR_SSL_HTTP_REQUEST: 'notTls',
}

/** undefined for what is none of the known ones. */
export function offlineReason(error: unknown): OfflineReason | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 10; depth += 1) {
    if (at instanceof NoRoute) return at.why
    if (at.name === 'TimeoutError') return 'timeout'
    const code = 'code' in at && typeof at.code === 'string' ? at.code : ''
    const reason = Object.hasOwn(reasons, code) ? reasons[code] : undefined
    if (reason) return reason
    if (code.startsWith('HPE_')) return 'reset'
    const inner: unknown = at instanceof AggregateError ? at.errors[0] : undefined
    at = inner ?? at.cause
  }
  return undefined
}
