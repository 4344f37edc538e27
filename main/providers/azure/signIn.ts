/** One sign-in of a person: in the system's browser (authorization code with PKCE, on a loopback port) or by a code on any device; then the tenant. */
import { AuthError, InteractionRequiredAuthError, type AuthenticationResult, type PublicClientApplication } from '@azure/msal-node'
import type { AzureSignIn } from '../../../preload/contract/azure.ts'
import type { Failure } from '../../../preload/contract/failures.ts'
import { CallError } from '../../callError.ts'
import type { Desktop } from '../../ports.ts'
import { toOffline } from '../gateway/client.ts'
import { authorityOf, scopesOf } from './application.ts'
import type { Cloud } from './clouds.ts'

export interface Tenant {
  tenantId: string
  name: string
  domain: string
}

export interface SignedIn {
  tenant: Tenant
  account: NonNullable<AuthenticationResult['account']>
  /** The library's cache, for the keychain. */
  tokens: string
}

export interface SignIn {
  state(): AzureSignIn
  /** Throws CallError invalidInput: there is no such choice. */
  chooseTenant(tenantId: string): void
  cancel(): void
}

interface SignInOptions {
  cloud: Cloud
  application: PublicClientApplication
  way: 'browser' | 'deviceCode'
  /** An id or a domain; absent: the person's own, or the one that they choose. */
  tenant?: string | undefined
  loginHint?: string | undefined
  desktop: Pick<Desktop, 'openWebPage'>
  /** The tenants that a token shows. */
  tenantsOf: (accessToken: string) => Promise<Tenant[]>
  isSignedIn: (tenantId: string, homeAccountId: string) => boolean
  /** Keeps the tokens, and answers the tenant's id in the console. */
  keep: (signedIn: SignedIn) => Promise<string>
  unexpected: (error: unknown) => void
  /** Why the sign-in service did not answer just now. */
  fault: () => unknown
  /** Nothing more is asked. */
  ended: () => Promise<void>
}

/** A person who went away is not waited for. */
const longestMs = 15 * 60_000

/** What the browser shows at the end. The sign-in page is not ours, and neither is its language. */
const page = (words: string[]) =>
  `<!doctype html><meta charset="utf-8"><title>Gatehouse</title><body style="font:16px system-ui;margin:4em">${words.map((line) => `<p>${line}</p>`).join('')}`
const successPage = page([
  'You are signed in. You can close this page and go back to Gatehouse.',
  'Sie sind angemeldet. Sie können diese Seite schließen und zu Gatehouse zurückkehren.',
])
const errorPage = page(['You are not signed in. Gatehouse says why.', 'Sie sind nicht angemeldet. Gatehouse sagt, warum.'])

/** Resolves when there is something to show: the browser's page, the code, or the end. Never rejects; a failure is a state. */
export async function beginSignIn(options: SignInOptions): Promise<SignIn> {
  const { cloud, application, way, desktop } = options
  let state: AzureSignIn = { kind: 'browser' }
  let isOver = false
  let stop = nothing
  const shown = Promise.withResolvers<void>()
  const choice = Promise.withResolvers<string>()
  // Nobody may wait for it.
  choice.promise.catch(() => undefined)

  function show(next: AzureSignIn): void {
    if (!isOver) state = next
    shown.resolve()
  }

  function end(last: AzureSignIn): void {
    show(last)
    isOver = true
    clearTimeout(timer)
  }

  function byBrowser(tenant: string, loginHint: string | undefined): Promise<AuthenticationResult> {
    return application.acquireTokenInteractive({
      scopes: scopesOf(cloud),
      authority: authorityOf(cloud, tenant),
      prompt: 'select_account',
      ...(loginHint !== undefined && { loginHint, prompt: '' }),
      successTemplate: successPage,
      errorTemplate: errorPage,
      async openBrowser(url) {
        stop = () => void cancelBrowser(url)
        // Where no browser can be opened, the person opens the address by hand.
        show({ kind: 'browser', url })
        await desktop.openWebPage(url).catch(options.unexpected)
        if (isOver) stop()
      },
    })
  }

  async function byDeviceCode(tenant: string): Promise<AuthenticationResult> {
    const request = {
      scopes: scopesOf(cloud),
      authority: authorityOf(cloud, tenant),
      cancel: isOver,
      deviceCodeCallback({ userCode, verificationUri, expiresIn }: { userCode: string; verificationUri: string; expiresIn: number }) {
        const expiresAt = new Date(Date.now() + expiresIn * 1000).toISOString()
        show({ kind: 'deviceCode', userCode, verificationUri, expiresAt })
      },
    }
    stop = () => void (request.cancel = true)
    const result = await application.acquireTokenByDeviceCode(request)
    if (!result) throw new CallError({ tag: 'cancelled' })
    return result
  }

  const ask = (tenant: string, loginHint?: string) => (way === 'browser' ? byBrowser(tenant, loginHint) : byDeviceCode(tenant))

  async function chooseTenant(first: AuthenticationResult): Promise<{ tenant: Tenant; result: AuthenticationResult }> {
    const tenants = await options.tenantsOf(first.accessToken)
    const { account } = first
    if (!account) throw new CallError({ tag: 'badAnswer', provider: cloud.name })
    const own = tenants.find(({ tenantId }) => tenantId === first.tenantId) ?? unnamed(first)
    if (options.tenant !== undefined || tenants.length <= 1) return { tenant: own, result: first }
    const marked = tenants.map((one) => ({ ...one, isSignedIn: options.isSignedIn(one.tenantId, account.homeAccountId) }))
    show({ kind: 'chooseTenant', account: account.username, tenants: marked })
    const chosen = await choice.promise
    const tenant = tenants.find(({ tenantId }) => tenantId === chosen) ?? own
    if (tenant.tenantId === first.tenantId) return { tenant, result: first }
    try {
      const authority = authorityOf(cloud, tenant.tenantId)
      return { tenant, result: await application.acquireTokenSilent({ account, scopes: scopesOf(cloud), authority }) }
    } catch (error) {
      if (!(error instanceof InteractionRequiredAuthError)) throw error
      // That tenant asks for more than the person's own.
      return { tenant, result: await ask(tenant.tenantId, account.username) }
    }
  }

  async function run(): Promise<void> {
    try {
      const { tenant, result } = await chooseTenant(await ask(options.tenant ?? 'organizations', options.loginHint))
      if (!result.account) throw new CallError({ tag: 'badAnswer', provider: cloud.name })
      if (isOver) return
      const tokens = application.getTokenCache().serialize()
      end({ kind: 'done', id: await options.keep({ tenant, account: result.account, tokens }) })
    } catch (error) {
      end({ kind: 'failed', failure: signInFailure(cloud, options.fault() ?? error, options.unexpected) })
    } finally {
      await options.ended().catch(options.unexpected)
    }
  }

  function choose(tenantId: string): void {
    const isOffered = state.kind === 'chooseTenant' && state.tenants.some((one) => one.tenantId === tenantId)
    if (!isOffered) throw new CallError({ tag: 'invalidInput', field: 'tenantId', problem: 'invalid' })
    choice.resolve(tenantId)
  }

  function cancel(): void {
    if (isOver) return
    end({ kind: 'failed', failure: { tag: 'cancelled' } })
    choice.reject(new CallError({ tag: 'cancelled' }))
    stop()
  }

  const timer = setTimeout(cancel, longestMs)
  timer.unref()
  void run()
  await shown.promise
  return { state: () => state, chooseTenant: choose, cancel }
}

/** The library waits for the browser until it comes back, so this console comes back in its place. */
async function cancelBrowser(authorizeUrl: string): Promise<void> {
  const { searchParams } = new URL(authorizeUrl)
  const redirect = URL.parse(searchParams.get('redirect_uri') ?? '')
  if (!redirect) return
  const body = new URLSearchParams({ error: 'access_denied', state: searchParams.get('state') ?? '' })
  await fetch(`http://127.0.0.1:${redirect.port}/`, { method: 'POST', body }).catch(() => undefined)
}

const nothing = (): void => undefined

function unnamed({ tenantId, account }: AuthenticationResult): Tenant {
  const domain = account?.username.split('@')[1] ?? tenantId
  return { tenantId, name: domain, domain }
}

function signInFailure(cloud: Cloud, error: unknown, unexpected: (error: unknown) => void): Failure {
  if (error instanceof CallError) return error.failure
  const offline = toOffline(cloud.name, error).failure
  if (offline.tag === 'offline' && offline.why !== undefined) return offline
  unexpected(error)
  if (error instanceof AuthError) {
    if (/access_denied|cancel|device_code_expired|user_timeout/i.test(error.errorCode)) return { tag: 'cancelled' }
    if (/network/i.test(error.errorCode)) return offline
    return { tag: 'notKnown', provider: cloud.name }
  }
  return { tag: 'badAnswer', provider: cloud.name }
}
