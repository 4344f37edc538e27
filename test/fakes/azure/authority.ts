/** The stand-in of the sign-in service (OpenID Connect): authorization code with PKCE, device code, refresh tokens; people sign in when a test says so. */
import { createHash, randomBytes } from 'node:crypto'
import type { Answer, Asked } from './exchange.ts'
import { json } from './exchange.ts'

export interface FakePerson {
  /** "kim@contoso.example" */
  name: string
  oid: string
  /** The tenants that this person is in, the own one first. */
  tenants: { tenantId: string; name: string; domain: string }[]
}

interface Grant {
  person: FakePerson
  tenantId: string
  clientId: string
}

export interface AccessToken extends Grant {
  /** Of a claims challenge that it was made for. */
  claims: string
  expiresAt: number
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

const refuse = (error: string, more: object = {}) =>
  json(400, { error, error_description: `${error}: the stand-in says so`, error_codes: [50000], correlation_id: 'fake', ...more })

export function createAuthority(options: { origin: () => string; now: () => number; tokenLifeS: () => number }) {
  const { origin, now } = options
  const codes = new Map<string, Grant & { challenge: string; redirectUri: string; nonce: string }>()
  const devices = new Map<string, { userCode: string; clientId: string; tenant: string; grant?: Grant; denied?: boolean }>()
  const refreshTokens = new Map<string, Grant>()
  const accessTokens = new Map<string, AccessToken>()
  let person: FakePerson | undefined
  /** What the sign-in service answers instead of a token. */
  let refusal: { error: string; suberror?: string; forClaimsOnly: boolean } | undefined

  function tenantOf(who: FakePerson, wanted: string): string | undefined {
    if (wanted === 'organizations' || wanted === 'common') return who.tenants[0]?.tenantId
    return who.tenants.find(({ tenantId, domain }) => tenantId === wanted || domain === wanted)?.tenantId
  }

  function tokens(grant: Grant, nonce: string, claims: string): Answer {
    const accessToken = `fake-access-${randomBytes(400).toString('base64url')}`
    const refreshToken = `fake-refresh-${randomBytes(600).toString('base64url')}`
    const life = options.tokenLifeS()
    accessTokens.set(accessToken, { ...grant, claims, expiresAt: now() + life * 1000 })
    refreshTokens.set(refreshToken, grant)
    const seconds = Math.floor(now() / 1000)
    const idToken = {
      aud: grant.clientId,
      iss: `${origin()}/${grant.tenantId}/v2.0`,
      iat: seconds,
      nbf: seconds,
      exp: seconds + life,
      oid: grant.person.oid,
      sub: grant.person.oid,
      tid: grant.tenantId,
      preferred_username: grant.person.name,
      name: grant.person.name,
      ver: '2.0',
      ...(nonce !== '' && { nonce }),
    }
    return json(200, {
      token_type: 'Bearer',
      scope: 'user_impersonation',
      expires_in: life,
      ext_expires_in: life,
      access_token: accessToken,
      refresh_token: refreshToken,
      id_token: `${encode({ typ: 'JWT', alg: 'RS256', kid: 'fake' })}.${encode(idToken)}.${Buffer.from('fake').toString('base64url')}`,
      client_info: encode({ uid: grant.person.oid, utid: grant.person.tenants[0]?.tenantId }),
    })
  }

  function token(form: URLSearchParams): Answer {
    const claims = form.get('claims') ?? ''
    const challenged = /"nbf"/.test(claims)
    if (refusal && (!refusal.forClaimsOnly || challenged))
      return refuse(refusal.error, refusal.suberror === undefined ? {} : { suberror: refusal.suberror })
    const clientId = form.get('client_id') ?? ''
    switch (form.get('grant_type') ?? '') {
      case 'authorization_code': {
        const found = codes.get(form.get('code') ?? '')
        codes.delete(form.get('code') ?? '')
        const challenge = createHash('sha256')
          .update(form.get('code_verifier') ?? '')
          .digest('base64url')
        if (!found || found.challenge !== challenge || found.redirectUri !== form.get('redirect_uri') || found.clientId !== clientId)
          return refuse('invalid_grant')
        return tokens(found, found.nonce, '')
      }
      case 'refresh_token': {
        const found = refreshTokens.get(form.get('refresh_token') ?? '')
        if (!found || found.clientId !== clientId) return refuse('invalid_grant')
        const wanted = form.get('fake_tenant') ?? ''
        const tenantId = tenantOf(found.person, wanted)
        return tenantId === undefined ? refuse('interaction_required') : tokens({ ...found, tenantId }, '', challenged ? claims : '')
      }
      case 'urn:ietf:params:oauth:grant-type:device_code':
      case 'device_code': {
        const found = devices.get(form.get('device_code') ?? '')
        if (!found || found.clientId !== clientId) return refuse('bad_verification_code')
        if (found.denied === true) return refuse('authorization_declined')
        return found.grant ? tokens(found.grant, '', '') : refuse('authorization_pending')
      }
      default:
        return refuse('unsupported_grant_type')
    }
  }

  function authorize(query: URLSearchParams, tenant: string): Answer {
    const redirectUri = query.get('redirect_uri') ?? ''
    const isSound =
      query.get('response_type') === 'code' &&
      query.get('code_challenge_method') === 'S256' &&
      query.get('response_mode') === 'form_post' &&
      /^http:\/\/localhost:\d+$/.test(redirectUri)
    const tenantId = person && tenantOf(person, tenant)
    if (!isSound) return { status: 400, headers: {}, body: 'not as RFC 8252 and PKCE want it' }
    const state = query.get('state') ?? ''
    const fields: Record<string, string> = { state }
    if (!person || tenantId === undefined) fields['error'] = 'access_denied'
    else {
      const code = `fake-code-${randomBytes(16).toString('base64url')}`
      const clientId = query.get('client_id') ?? ''
      codes.set(code, {
        person,
        tenantId,
        clientId,
        challenge: query.get('code_challenge') ?? '',
        redirectUri,
        nonce: query.get('nonce') ?? '',
      })
      fields['code'] = code
      fields['client_info'] = encode({ uid: person.oid, utid: person.tenants[0]?.tenantId })
    }
    const inputs = Object.entries(fields).map(
      ([name, value]) => `<input type="hidden" name="${name}" value="${value.replaceAll('"', '&quot;')}">`,
    )
    const body = `<!doctype html><title>Stand-in of the sign-in service (a fake)</title><form method="post" action="${redirectUri}">${inputs.join('')}<button>Sign in as ${person?.name ?? 'nobody'}</button></form><script>document.forms[0].submit()</script>`
    return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body }
  }

  return {
    accessTokens,
    /** Who signs in from now on; undefined: nobody, they press Cancel. */
    become(next: FakePerson | undefined) {
      person = next
    },
    refuse(next: typeof refusal) {
      refusal = next
    },
    /** Tokens that were given are of no use any more. */
    revoke() {
      refreshTokens.clear()
      accessTokens.clear()
    },
    device: {
      waiting: () => [...devices.values()].filter(({ grant, denied }) => !grant && denied !== true).map(({ userCode }) => userCode),
      answer(userCode: string, isApproved: boolean) {
        for (const device of devices.values()) {
          if (device.userCode !== userCode) continue
          const tenantId = person && tenantOf(person, device.tenant)
          if (isApproved && person && tenantId !== undefined) device.grant = { person, tenantId, clientId: device.clientId }
          else device.denied = true
        }
      },
    },
    handle({ method, path, query, body }: Asked): Answer | undefined {
      const [, tenant = '', ...rest] = path.split('/')
      const place = rest.join('/')
      const form = new URLSearchParams(body)
      if (method === 'GET' && place === 'v2.0/.well-known/openid-configuration') {
        const at = `${origin()}/${tenant}`
        const issuer = tenant === 'organizations' ? '{tenantid}' : tenant
        return json(200, {
          issuer: `${origin()}/${issuer}/v2.0`,
          authorization_endpoint: `${at}/oauth2/v2.0/authorize`,
          token_endpoint: `${at}/oauth2/v2.0/token`,
          device_authorization_endpoint: `${at}/oauth2/v2.0/devicecode`,
          end_session_endpoint: `${at}/oauth2/v2.0/logout`,
          jwks_uri: `${at}/discovery/v2.0/keys`,
        })
      }
      if (method === 'GET' && place === 'oauth2/v2.0/authorize') return authorize(query, tenant)
      if (method === 'POST' && place === 'oauth2/v2.0/token') {
        form.set('fake_tenant', tenant)
        return token(form)
      }
      if (method === 'POST' && place === 'oauth2/v2.0/devicecode') {
        const deviceCode = `fake-device-${randomBytes(16).toString('base64url')}`
        const userCode = randomBytes(5).toString('hex').toUpperCase().slice(0, 9)
        devices.set(deviceCode, { userCode, clientId: form.get('client_id') ?? '', tenant })
        return json(200, {
          device_code: deviceCode,
          user_code: userCode,
          verification_uri: `${origin()}/device`,
          expires_in: 900,
          interval: 1,
          message: 'a fake',
        })
      }
      return undefined
    },
  }
}
