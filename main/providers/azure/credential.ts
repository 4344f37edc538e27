/** Tokens for Resource Manager, silently: from memory, or for the refresh token. Says when a person has to sign in again. */
import { AuthError, InteractionRequiredAuthError, type PublicClientApplication } from '@azure/msal-node'
import { CallError } from '../../callError.ts'
import type { Clock } from '../../ports.ts'
import { toOffline } from '../gateway/client.ts'
import { authorityOf, scopesOf, type KnownAccount } from './application.ts'
import type { Cloud } from './clouds.ts'

/** A token that ends while it is under way is of no use. */
const earlyMs = 5 * 60_000

/** What the bearer policy of the pipeline asks for. */
export interface Credential {
  getToken(scopes: string | string[], options?: { claims?: string }): Promise<{ token: string; expiresOnTimestamp: number }>
  /** Azure did not take the last token: the next one is not from memory. */
  distrust(): void
  /** It did not take the new one either: a person has to sign in again. */
  refused(): void
}

/**
 * Throws CallError `notKnown` when a person has to sign in again (`signInNeeded` was told then), `keychain`, or `offline`.
 * `opened` answers the application for the tokens as they are kept now.
 */
export function createCredential(options: {
  id: string
  cloud: Cloud
  tenantId: string
  account: () => KnownAccount
  opened: () => PublicClientApplication
  signInNeeded: () => void
  /** Why the sign-in service did not answer just now. */
  fault: () => unknown
  clock: Pick<Clock, 'now'>
}): Credential {
  const { id, cloud, tenantId, account, opened, signInNeeded, fault, clock } = options

  let isDistrusted = false
  /** The answer to a challenge. The library keeps it apart from the one that Azure does not take any more. */
  let answer: { token: string; until: number } | undefined

  return {
    distrust() {
      isDistrusted = true
      answer = undefined
    },
    refused: signInNeeded,
    async getToken(_, { claims } = {}) {
      if (claims === undefined && answer && answer.until > clock.now()) return told(answer.token)
      try {
        const result = await opened().acquireTokenSilent({
          account: account(),
          scopes: scopesOf(cloud),
          authority: authorityOf(cloud, tenantId),
          // A challenge is answered by a new token, never by one from memory.
          ...(claims !== undefined && { claims }),
          ...((claims !== undefined || isDistrusted) && { forceRefresh: true }),
        })
        isDistrusted = false
        answer = claims === undefined ? undefined : { token: result.accessToken, until: (result.expiresOn?.getTime() ?? 0) - earlyMs }
        return told(result.accessToken)
      } catch (error) {
        if (error instanceof CallError) throw error
        const unanswered = fault()
        if (unanswered !== undefined) throw toOffline(id, unanswered)
        if (!needsPerson(error)) throw toOffline(id, error)
        signInNeeded()
        throw new CallError({ tag: 'notKnown', provider: id }, { cause: error })
      }
    },
  }
}

/** The library knows when a token is over. A policy that kept it too would renew it where nobody hears of a failure. */
const told = (token: string) => ({ token, expiresOnTimestamp: 0 })

/** The sign-in service wants the person: the token was revoked or is too old, or the tenant asks for more than before. */
function needsPerson(error: unknown): boolean {
  if (error instanceof InteractionRequiredAuthError) return true
  // The account or its refresh token is not there (any more), or the service does not take the token or the application.
  return error instanceof AuthError && personCodes.has(error.errorCode)
}

const personCodes: ReadonlySet<string> = new Set([
  'invalid_grant',
  'unauthorized_client',
  'invalid_client',
  'access_denied',
  'no_tokens_found',
  'no_account_found',
  'no_account_in_silent_request',
  'refresh_token_expired',
  'native_account_unavailable',
  'bad_token',
])
