import { createInstance, type TFunction } from 'i18next'
import { beforeAll, describe, expect, it } from 'vitest'
import { Failure } from '../../../preload/contract/failures.ts'
import { failureText, type FailureWords } from '../../../renderer/parts/failureText.ts'
import { words as de } from '../../../renderer/words/de.ts'
import { words as en } from '../../../renderer/words/en.ts'

const hostile = '{{title}} $t(common:app) <img src=x onerror=alert(1)> \u202Egnp.exe'

/** Every failure that can be said: each tag with each of its choices. */
const failures: Failure[] = [
  { tag: 'invalidInput', field: 'rules.0.sources.1', problem: 'source' },
  { tag: 'invalidInput', field: 'constructor', problem: 'toString' },
  ...(['machine', 'grant', 'session', 'attempt', 'prompt', 'call', 'gateway', 'person', 'challenge'] as const).map(
    (what) => ({ tag: 'notFound', what }) as const,
  ),
  ...(['request', 'machine', 'gateway', 'person', 'policy', 'decision', 'log'] as const).map(
    (what) => ({ tag: 'conflict', what }) as const,
  ),
  { tag: 'inProgress' },
  { tag: 'jitOff', machineId: 'desk:1' },
  { tag: 'unsupported', machineId: 'desk:1', reason: 'tooOld' },
  { tag: 'unsupported', machineId: 'desk:1', reason: '__proto__' },
  ...(['port', 'duration', 'source', 'permission', 'ownRequest'] as const).map(
    (part) => ({ tag: 'notAllowed', part, allowed: hostile }) as const,
  ),
  ...(['denied', 'lapsed', 'policyChanged'] as const).map((why) => ({ tag: 'denied', why, by: hostile, reason: hostile }) as const),
  { tag: 'denied', why: 'denied', reason: '' },
  ...(
    [
      'denied',
      'expired',
      'burned',
      'cancelled',
      'failed',
      'over',
      'changed',
      'wrongNumber',
      'noSession',
      'fourEyes',
      'tooMany',
      'notAllowed',
      'jitOff',
    ] as const
  ).map((why) => ({ tag: 'challenge', why, by: hostile }) as const),
  { tag: 'challenge', why: 'denied' },
  { tag: 'grantEnded', reason: 'expired' },
  { tag: 'grantEnded', reason: 'something new' },
  { tag: 'gateFailed', detail: hostile },
  { tag: 'offline', provider: hostile },
  ...(
    [
      'unknownName',
      'refused',
      'timeout',
      'reset',
      'loopback',
      'notTls',
      'captivePortal',
      'proxy',
      'proxySignIn',
      'proxySetting',
      'busy',
    ] as const
  ).map((why) => ({ tag: 'offline', provider: hostile, why }) as const),
  ...(['gatewayNewer', 'gatewayOlder'] as const).map((why) => ({ tag: 'readOnly', provider: hostile, why }) as const),
  { tag: 'badAnswer', provider: hostile },
  ...(['otherKey', 'unknownAuthority', 'expired', 'notYetValid', 'otherName'] as const).map(
    (problem) => ({ tag: 'gatewayUntrusted', provider: hostile, problem }) as const,
  ),
  { tag: 'notKnown', provider: hostile },
  ...(['az0123456789abcd', 'public', 'china'] as const).flatMap((provider) => [
    { tag: 'notKnown', provider } as const,
    { tag: 'badAnswer', provider } as const,
    { tag: 'offline', provider } as const,
    { tag: 'offline', provider, why: 'busy' } as const,
  ]),
  ...(['proxy', 'notReached'] as const).map(
    (doubt) => ({ tag: 'unreachable', address: hostile, port: 22, cause: 'timeout', doubt }) as const,
  ),
  { tag: 'invitationRefused' },
  { tag: 'lastAdmin' },
  ...(['refused', 'timeout', 'reset', 'dns', 'network'] as const).map(
    (cause) => ({ tag: 'unreachable', address: hostile, port: 22, cause }) as const,
  ),
  ...(['hostKey', 'certificate'] as const).map(
    (kind) => ({ tag: 'identityChanged', kind, machineId: 'desk:1', expected: 'SHA256:a', shown: 'SHA256:b' }) as const,
  ),
  { tag: 'identityRefused' },
  { tag: 'unsafeServer', detail: 'ssh-dss' },
  { tag: 'signInRefused', user: hostile, tried: ['publickey', 'password', 'toString'] },
  { tag: 'signInRefused', user: 'anna', tried: [] },
  ...(['unreadable', 'wrongPassphrase', 'unsupported'] as const).map((problem) => ({ tag: 'keyUnusable', problem }) as const),
  { tag: 'clientMissing', client: 'FreeRDP', command: 'apt install freerdp2-x11' },
  { tag: 'clientMissing', client: 'FreeRDP' },
  { tag: 'clientFailed', client: 'FreeRDP', exitCode: 131, lines: ['ERRCONNECT'] },
  { tag: 'clientFailed', client: 'FreeRDP', exitCode: null, lines: [] },
  ...(['locked', 'missing', 'timeout', 'crashed', 'changed', 'rejected'] as const).map((state) => ({ tag: 'keychain', state }) as const),
  ...(['missing', 'denied', 'tooLarge', 'notText', 'full', 'other'] as const).map(
    (problem) => ({ tag: 'file', path: hostile, problem }) as const,
  ),
  { tag: 'badFile', line: 7, problem: 'syntax' },
  { tag: 'diskFull' },
  { tag: 'cancelled' },
  { tag: 'internal', incident: 'c0ffee' },
]

const t: Record<string, FailureWords> = {}

beforeAll(async () => {
  for (const [language, words] of [
    ['en', en],
    ['de', de],
  ] as const) {
    const speaker = createInstance()
    await speaker.init({ lng: language, resources: { [language]: words }, defaultNS: 'common', interpolation: { escapeValue: false } })
    const speak: TFunction<['failures', 'machines']> = speaker.getFixedT(language, ['failures', 'machines'])
    t[language] = speak
  }
})

const say = (failure: Failure, language: 'en' | 'de', platform: 'linux' | 'macos' | 'windows' = 'linux') => {
  const speak = t[language]
  if (!speak) throw new Error(`no words in ${language}`)
  return failureText(failure, speak, platform)
}

describe('failureText', () => {
  it('has an example here for every tag of the contract', () => {
    const tags = Failure.options.map((option) => option.shape.tag.value)
    expect([...new Set(failures.map(({ tag }) => tag))].sort()).toEqual([...tags].sort())
  })

  it.each(['en', 'de'] as const)('tells every failure in words, what to do next included (%s)', (language) => {
    for (const failure of failures) {
      for (const platform of ['linux', 'macos', 'windows'] as const) {
        const { title, advice } = say(failure, language, platform)
        expect(title, failure.tag).toMatch(/\p{L}{3}/u)
        expect(advice, failure.tag).toMatch(/[.?!]$/u)
        // An untranslated key looks like "offline.title", a missing value like "{{client}}".
        expect(`${title} ${advice}`.replaceAll(/\u2068[^\u2069]*\u2069/gu, ''), failure.tag).not.toMatch(
          /\{\{|\}\}|undefined|\[object|\w+\.(title|advice)\b/u,
        )
      }
    }
  })

  it('a tenant is called Azure and not by its id, and says where to sign in again', () => {
    const busy = say({ tag: 'offline', provider: 'az0123456789abcd', why: 'busy' }, 'en')
    expect(busy.title).toBe(en.failures.azure.offline)
    expect(busy.advice).not.toContain('az0123456789abcd')
    const expired = say({ tag: 'notKnown', provider: 'az0123456789abcd' }, 'en')
    expect(expired.advice).toContain(en.azure.title)
    expect(expired.action).toEqual({ kind: 'openSettings' })
    expect(say({ tag: 'notKnown', provider: 'public' }, 'en').title).toBe(en.failures.azure.signIn.title)
  })

  it('F-32: what a machine calls itself stays text, is not translated, and cannot turn the sentence round', () => {
    const { advice } = say({ tag: 'offline', provider: hostile }, 'en')
    expect(advice).toContain('\u2068{{title}} $t(common:app) <img src=x onerror=alert(1)> gnp.exe\u2069')
    expect(advice).not.toContain('\u202E')
  })

  it('a key that this window does not know, even one that every object has, is told in general words', () => {
    expect(say({ tag: 'invalidInput', field: 'constructor', problem: 'toString' }, 'en').advice).toBe(
      'An entry: This does not fit. Please correct it and try again.',
    )
    expect(say({ tag: 'unsupported', machineId: 'desk:1', reason: '__proto__' }, 'de').advice).toBe(
      'Ihr Anbieter nennt keinen weiteren Grund.',
    )
  })

  it('names the field that was wrong, however deep it is', () => {
    expect(say({ tag: 'invalidInput', field: 'rules.0.sources.1', problem: 'source' }, 'en').advice).toMatch(/^Allowed sources: /u)
  })

  it('a changed identity is a stop: no action goes on with the connection', () => {
    const { action, lines } = say({ tag: 'identityChanged', kind: 'hostKey', machineId: 'desk:1', expected: 'a', shown: 'b' }, 'en')
    expect(action).toEqual({ kind: 'showMachine', machineId: 'desk:1' })
    expect(lines).toEqual(['Expected: a', 'Shown: b'])
  })

  it('says for each system how to mend its keychain, and that nothing is stored elsewhere', () => {
    const advice = (['linux', 'macos', 'windows'] as const).map(
      (platform) => say({ tag: 'keychain', state: 'missing' }, 'en', platform).advice,
    )
    expect(new Set(advice).size).toBe(3)
    for (const one of advice) expect(one).toContain('Nothing is stored anywhere else instead.')
  })
})
