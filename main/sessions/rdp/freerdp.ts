/** FreeRDP 2 and 3. Both get the password on stdin, refuse another certificate than the pinned one, and redirect nothing. */
import { isIPv6 } from 'node:net'
import { writeTarget, type Target } from '../endpoint.ts'
import type { RdpFields, RdpTemplate } from './template.ts'

/** FreeRDP takes no zone in brackets, and no brackets without a port; we always have one. */
export const rdpAddress = (target: Target): string =>
  isIPv6(target.address) ? writeTarget({ ...target, address: target.address.replace(/%.*$/, '') }) : writeTarget(target)

function common({ target, user, domain, certificate, title, width, height }: RdpFields): string[] {
  return [
    `/v:${rdpAddress(target)}`,
    `/u:${user}`,
    // Given even when empty: FreeRDP 2 would ask for it on stdin.
    `/d:${domain}`,
    `/cert:fingerprint:sha256:${certificate}`,
    `/t:${title}`,
    `/size:${width}x${height}`,
    '/audio-mode:2',
    '-clipboard',
    '-drives',
    '-home-drive',
    // A connection that the gate cut must not be dialled again.
    '-auto-reconnect',
    // Against xrdp 0.9 it is an error.
    '-dynamic-resolution',
    '/log-level:ERROR',
  ]
}

/** xfreerdp's exit codes (enum XF_EXIT_CODE): authentication, logon, account and password ones. */
const signInRefused = [132, 134, 135, 148, 149, 151, 152, 153, 154, 155, 156, 157, 158, 159]

export const freerdp2: RdpTemplate = {
  id: 'freerdp2',
  name: 'FreeRDP',
  systems: ['linux', 'macos'],
  programs: ['xfreerdp', 'xfreerdp2'],
  version: { args: ['--version'], pattern: /FreeRDP version (\d+\.\d+\.\d+)/, major: 2, safeFrom: '2.11.7' },
  credentialHandover: 'stdin',
  pinsCertificate: true,
  signInRefused,
  handsOver: false,
  // SECURITY: without -sec-rdp somebody in between could talk it down to RDP's own encryption, which has no certificate.
  // `force`: without it FreeRDP does not ask when the server has no network level authentication.
  // Frame acknowledgement off: with it, a session on xorgxrdp 0.9 stays black until a key is pressed, about every third time.
  start: (fields) => ({ args: ['/from-stdin:force', ...common(fields), '/frame-ack:0', '-sec-rdp'], stdin: `${fields.password}\n` }),
}

export const freerdp3: RdpTemplate = {
  id: 'freerdp3',
  name: 'FreeRDP',
  systems: ['linux', 'macos'],
  programs: ['xfreerdp3', 'sdl-freerdp3', 'xfreerdp', 'sdl-freerdp'],
  version: { args: ['--version'], pattern: /FreeRDP version (\d+\.\d+\.\d+)/, major: 3, safeFrom: '3.26.0' },
  credentialHandover: 'stdin',
  pinsCertificate: true,
  signInRefused,
  handsOver: false,
  // One argument a line; /args-from allows no other argument beside it. An empty line would end the list.
  start: (fields) => ({
    args: ['/args-from:stdin'],
    stdin: [...common(fields), '/sec:rdp:off', `/p:${fields.password}`].map((line) => `${line}\n`).join(''),
  }),
}
