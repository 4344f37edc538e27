/**
 * Remmina: a connection file without a password, which it asks for itself. An instance that runs already takes the file over, so the
 * program that we start may end at once. It has no way to be told a certificate: it shows the one that it meets and asks.
 */
import { rdpAddress } from './freerdp.ts'
import type { RdpFields, RdpTemplate } from './template.ts'

/** GKeyFile: `key=value` lines; a backslash starts an escape there. */
function keyFile(section: string, values: Record<string, string>): string {
  const lines = Object.entries(values).map(([key, value]) => `${key}=${value.replaceAll('\\', '\\\\')}`)
  return [`[${section}]`, ...lines, ''].join('\n')
}

export const remmina: RdpTemplate = {
  id: 'remmina',
  name: 'Remmina',
  systems: ['linux'],
  programs: ['remmina'],
  credentialHandover: 'person',
  pinsCertificate: false,
  handsOver: true,
  start: ({ target, user, domain, title, width, height }: RdpFields, folder) => ({
    args: ['--connect', `${folder}/session.remmina`],
    file: {
      name: 'session.remmina',
      text: keyFile('remmina', {
        protocol: 'RDP',
        name: title,
        server: rdpAddress(target),
        username: user,
        domain,
        resolution_mode: '0',
        resolution_width: String(width),
        resolution_height: String(height),
        cert_ignore: '0',
        security: '',
        disableclipboard: '1',
        disableautoreconnect: '1',
        sound: 'off',
        sharefolder: '',
        shareprinter: '0',
        sharesmartcard: '0',
        shareserial: '0',
        shareparallel: '0',
        'disable-smooth-scrolling': '0',
        exec: '',
        execpath: '',
        precommand: '',
        postcommand: '',
        gateway_usage: '0',
        ssh_tunnel_enabled: '0',
      }),
    },
  }),
}
