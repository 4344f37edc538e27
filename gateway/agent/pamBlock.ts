/**
 * The lines that the agent puts into a PAM service's file, and takes out again. Pure. They stand in the file itself and not in one that is included,
 * since PAM refuses everybody when an included file is gone; these lines let everybody pass as before when anything of the agent's is missing.
 */
import { listFolder, programFolder } from './places.ts'

const begin = '# gatehouse: begin. Put in by gatehouse-agent, which takes it out again with "gatehouse-agent uninstall".'
const end = '# gatehouse: end'

const pam = `${programFolder}/pam`
const isListed = (list: string, otherwise: number) =>
  `[success=ignore default=${otherwise}] pam_listfile.so item=user sense=allow file=${listFolder}/${list} onerr=fail quiet`

/**
 * Who is not listed, and whoever cannot be shown a challenge, goes on below as ever; so does who types a password instead of pressing Enter.
 * pam_permit answers pam_setcred(3), which pam_exec ignores.
 */
const auth = [
  `auth ${isListed('challenged', 5)}`,
  `auth [success=ignore default=4] pam_exec.so quiet stdout ${pam} show`,
  `auth [success=ignore default=3] pam_exec.so quiet expose_authtok ${pam} enter`,
  `auth [success=1 default=ignore] pam_exec.so quiet stdout ${pam} wait`,
  'auth requisite pam_deny.so',
  'auth sufficient pam_permit.so',
]
const session = [`session ${isListed('managed', 1)}`, `session optional pam_exec.so quiet ${pam} session`]

/** Modules that ask for a second factor: a challenge would pass them by (SPEC INV-2, `otherAuthentication`). */
const otherAuthentication = /^\s*-?auth\b.*\bpam_(duo|google_authenticator|oath|yubico|u2f|radius_auth|authpoint|securid|okta)\w*\.so/m

export type Edited = { text: string } | { fault: 'otherAuthentication' | 'noPam' }

/** The file with our lines, whatever of ours was in it before; or why that cannot be. */
export function withBlock(text: string): Edited {
  const plain = withoutBlock(text)
  if (otherAuthentication.test(plain)) return { fault: 'otherAuthentication' }
  const lines = plain.split('\n')
  const ways = [/^\s*(@include\s+\S*auth|-?auth\s+(include|substack)\s)/, /^\s*-?auth\s/]
  const at = ways.map((way) => lines.findIndex((line) => way.test(line))).find((index) => index >= 0)
  if (at === undefined) return { fault: 'noPam' }
  const before = lines.slice(0, at)
  const after = lines.slice(at).join('\n')
  // A last line without an end stays without one when the block is taken out: the end is part of the block.
  const gap = after.endsWith('\n') ? '' : '\n'
  const top = [...before, begin, ...auth, end, ''].join('\n')
  const bottom = [begin, ...session, gap === '' ? end : `${end} (no line end before)`, ''].join('\n')
  return { text: top + after + gap + bottom }
}

/** The file without our lines: byte by byte what it was. */
export function withoutBlock(text: string): string {
  const block = new RegExp(`(\\n?)${escape(begin)}\\n(?:[^\\n]*\\n)*?${escape(end)}( \\(no line end before\\))?(?:\\n|$)`, 'g')
  return text.replace(block, (_, lineEnd: string, hadNone: string | undefined) => (hadNone === undefined ? lineEnd : ''))
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
