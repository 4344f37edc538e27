import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createAuthentication, type Distrust } from '../../gateway/authentication.ts'
import { bodyDigest, type ProofClaims } from '../../gateway/contract/proof.ts'
import { createReplays } from '../../gateway/people/replays.ts'
import { makeDeviceKey, openDevice } from '../../main/providers/gateway/device.ts'

const gateway = 'GATEWAY-FINGERPRINT'
const nowMs = Date.parse('2030-01-02T03:04:05.500Z')
const device = openDevice(makeDeviceKey())
const stranger = openDevice(makeDeviceKey())
const body = Buffer.from('{"why":"released"}')
const target = '/v1/grants/g1/release?x=1'

function world() {
  let at = nowMs
  const authentication = createAuthentication(gateway, () => at)
  const claims: Omit<ProofClaims, 'jti'> = {
    htm: 'POST',
    htu: target,
    bd: bodyDigest(body),
    iat: Math.floor(nowMs / 1000),
    aud: gateway,
    nonce: authentication.nonce,
  }
  return {
    authentication,
    claims,
    moveTo: (ms: number) => void (at = ms),
    judge: async (proof: string | undefined, request: { method?: string; target?: string; body?: Buffer } = {}) => {
      const judged = await authentication.judge(
        { method: 'POST', target, ...request, proof, body: () => Promise.resolve(request.body ?? body) },
        ({ thumbprint }) => Promise.resolve(thumbprint === device.thumbprint ? { x: device.jwk.x } : undefined),
      )
      return judged.ok ? 'taken' : judged.distrust
    },
  }
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const header = { alg: 'EdDSA', typ: 'gatehouse-proof', kid: device.thumbprint }

describe('the proof of a request', () => {
  test('is taken once', async () => {
    const { judge, claims } = world()
    const proof = await device.prove(claims)
    expect(await judge(proof)).toBe('taken')
    expect(await judge(proof)).toBe('replay')
  })

  test('F-117: of a hundred at once with the same proof, one is taken', async () => {
    const { judge, claims } = world()
    const proof = await device.prove(claims)
    const verdicts = await Promise.all(Array.from({ length: 100 }, () => judge(proof)))
    expect(verdicts.filter((verdict) => verdict === 'taken')).toHaveLength(1)
  })

  test('F-117: from an earlier run of the gateway, which nobody remembers, is refused', async () => {
    const before = world()
    const proof = await device.prove(before.claims)
    expect(await before.judge(proof)).toBe('taken')
    expect(await world().judge(proof)).toBe('nonce')
  })

  test.each<[string, Partial<ProofClaims>, Distrust]>([
    ['for another gateway', { aud: 'OTHER' }, 'otherGateway'],
    ['for another method', { htm: 'PUT' }, 'otherRequest'],
    ['for another path', { htu: '/v1/grants/g2/release?x=1' }, 'otherRequest'],
    ['for another query', { htu: '/v1/grants/g1/release?x=2' }, 'otherRequest'],
    ['for another body', { bd: bodyDigest(Buffer.from('{}')) }, 'otherRequest'],
    ['that is 61 seconds old', { iat: Math.floor(nowMs / 1000) - 61 }, 'time'],
    ['from 61 seconds ahead', { iat: Math.floor(nowMs / 1000) + 61 }, 'time'],
    ['with a time that is none', { iat: 1e300 }, 'malformed'],
  ])('F-117: %s is refused', async (_what, change, distrust) => {
    const { judge, claims } = world()
    expect(await judge(await device.prove({ ...claims, ...change }))).toBe(distrust)
  })

  test.each([-60, 60])('that is %i seconds off is taken', async (seconds) => {
    const { judge, claims } = world()
    expect(await judge(await device.prove({ ...claims, iat: claims.iat + seconds }))).toBe('taken')
  })

  test('F-117: a proof from the future is still remembered when it would be good for the last time', async () => {
    const { judge, claims, moveTo } = world()
    const proof = await device.prove({ ...claims, iat: claims.iat + 60 })
    expect(await judge(proof)).toBe('taken')
    moveTo(nowMs + 120_000)
    expect(await judge(proof)).toBe('replay')
  })

  test('F-117: "alg": "none", HMAC with the public key, and every other algorithm is refused', async () => {
    const { judge, claims } = world()
    const payload = encode({ ...claims, jti: randomBytes(16).toString('base64url') })
    for (const alg of ['none', 'None', 'HS256', 'ES256', 'RS256', 'Ed25519']) {
      const input = `${encode({ ...header, alg })}.${payload}`
      expect(await judge(`${input}.`)).toBe('malformed')
      expect(await judge(`${input}.${randomBytes(64).toString('base64url')}`)).toBe('malformed')
    }
  })

  test('F-117: a kid that is a path, a web address or somebody else is refused', async () => {
    const { judge, claims } = world()
    const { privateKey } = generateKeyPairSync('ed25519')
    const payload = encode({ ...claims, jti: randomBytes(16).toString('base64url') })
    for (const [kid, distrust] of [
      ['../../etc/passwd', 'malformed'],
      ['https://evil.example/jwks', 'malformed'],
      [stranger.thumbprint, 'unknownKey'],
      [device.thumbprint, 'signature'],
    ] as const) {
      const input = `${encode({ ...header, kid })}.${payload}`
      expect(await judge(`${input}.${sign(null, Buffer.from(input), privateKey).toString('base64url')}`)).toBe(distrust)
    }
  })

  test('F-117: a key in the header is not believed where the gateway has to know it', async () => {
    const { judge, claims } = world()
    expect(await judge(await stranger.prove(claims, true))).toBe('unknownKey')
  })

  test.each([undefined, '', 'x', 'a.b', 'a.b.c', 'ä.ö.ü', `${encode(header)}.${encode([])}.${'A'.repeat(86)}`, 'x'.repeat(100_000)])(
    'F-116: what is no proof is refused (%#)',
    async (proof) => {
      const { judge } = world()
      expect(['none', 'malformed', 'signature']).toContain(await judge(proof))
    },
  )

  test('the body is not read before the signature is checked', async () => {
    const { authentication, claims } = world()
    const judged = await authentication.judge(
      { method: 'POST', target, proof: await stranger.prove(claims), body: () => Promise.reject(new Error('it was read')) },
      () => Promise.resolve({ x: device.jwk.x }),
    )
    expect(judged).toEqual({ ok: false, distrust: 'signature' })
  })
})

describe('the memory of used proofs', () => {
  test('F-117: is bounded, and full means no: nothing young is forgotten for something new', () => {
    const replays = createReplays(1000, 3, 5)
    expect(['a', 'b', 'c', 'd'].map((jti) => replays.use('one', jti, 0))).toEqual([true, true, true, false])
    expect(['a', 'b', 'c'].map((jti) => replays.use('two', jti, 0))).toEqual([true, true, false])
    expect(replays.use('one', 'a', 999)).toBe(false)
    expect(replays.use('one', 'e', 1000)).toBe(true)
  })
})
