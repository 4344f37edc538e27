/** The lines in PAM's files: put in where they have to be, and taken out without a trace. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { withBlock, withoutBlock } from '../../../gateway/agent/pamBlock.ts'

const debian =
  '# PAM configuration\n\n@include common-auth\naccount required pam_nologin.so\n@include common-account\n@include common-session\n'
const redHat =
  '#%PAM-1.0\nauth       substack     password-auth\nauth       include      postlogin\naccount    required     pam_sepermit.so\n'

function edited(text: string): string {
  const result = withBlock(text)
  if ('fault' in result) throw new Error(result.fault)
  return result.text
}

test.each([
  ['Debian', debian, '@include common-auth'],
  ['Red Hat', redHat, 'auth       substack     password-auth'],
  ['a file of its own', 'auth required pam_env.so\nauth required pam_unix.so\n', 'auth required pam_env.so'],
])('asks for a challenge before anything else signs in: %s', (_, text, first) => {
  const lines = edited(text).split('\n')
  expect(lines.indexOf('# gatehouse: end') + 1).toBe(lines.indexOf(first))
  expect(lines.filter((line) => line.includes('pam_listfile.so')).map((line) => line.split(' ')[0])).toEqual(['auth', 'session'])
})

test('who is not listed jumps over all lines of ours, and so does who cannot be asked', () => {
  const auth = edited(debian)
    .split('\n')
    .filter((line) => line.startsWith('auth '))
  for (const [index, line] of auth.entries()) {
    const jump = /default=(\d+)/.exec(line)?.[1]
    if (jump !== undefined) expect(index + 1 + Number(jump), line).toBe(auth.length)
  }
})

test('putting them in again changes nothing, and an older form of them is replaced', () => {
  const once = edited(debian)
  expect(edited(once)).toBe(once)
  expect(edited(once.replaceAll('pam_exec.so quiet', 'pam_exec.so'))).toBe(once)
})

test.each([
  ['a second factor is not passed by', `auth required pam_duo.so\n${debian}`, 'otherAuthentication'],
  ['nor one that may be missing', `-auth sufficient pam_u2f.so cue\n${debian}`, 'otherAuthentication'],
  ['a comment is no second factor', `# auth required pam_duo.so\n${debian}`, undefined],
  ['a file that signs nobody in is left alone', 'session required pam_unix.so\n', 'noPam'],
])('%s', (_, text, fault) => {
  const result = withBlock(text)
  expect('fault' in result ? result.fault : undefined).toBe(fault)
})

const line = fc.constantFrom(
  '',
  '# words',
  'auth required pam_unix.so',
  '@include common-auth',
  'session optional pam_exec.so x',
  '\tauth include y',
)

test('whatever the file is, taking them out gives it back byte by byte', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), fc.constantFrom('', '\n', '\n\n'), (lines, end) => {
      const text = lines.join('\n') + end
      const result = withBlock(text)
      expect(withoutBlock('fault' in result ? text : result.text)).toBe(text)
    }),
    { numRuns: 500 },
  )
})
