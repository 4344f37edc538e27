/** Microsoft's own clients. Neither takes a password or a certificate as an argument: the person types the one and confirms the other. */
import { rdpAddress } from './freerdp.ts'
import type { RdpTemplate } from './template.ts'

/**
 * Started with arguments, never with a .rdp file: since April 2026 (CVE-2026-26151) each opened file shows a dialog with a warning (F-28).
 * What is redirected is what the person's own Default.rdp says: mstsc has no arguments for it.
 */
export const mstsc: RdpTemplate = {
  id: 'mstsc',
  name: 'Remote Desktop Connection',
  systems: ['windows'],
  programs: ['mstsc'],
  credentialHandover: 'windowsCredential',
  pinsCertificate: false,
  handsOver: false,
  start: ({ target, width, height }) => ({ args: [`/v:${rdpAddress(target)}`, `/w:${width}`, `/h:${height}`] }),
}

/**
 * Windows App for macOS, by its documented URI: attributes are `name=type:value`, joined by "&", all percent-encoded.
 * https://learn.microsoft.com/windows-server/remote/remote-desktop-services/clients/remote-desktop-uri
 */
export const windowsApp: RdpTemplate = {
  id: 'windowsApp',
  name: 'Windows App',
  systems: ['macos'],
  programs: ['open'],
  credentialHandover: 'person',
  pinsCertificate: false,
  handsOver: true,
  start: ({ target, user, domain, width, height }) => {
    const attributes: [string, string][] = [
      ['full address', `s:${rdpAddress(target)}`],
      ['username', `s:${domain === '' ? user : `${domain}\\${user}`}`],
      ['desktopwidth', `i:${width}`],
      ['desktopheight', `i:${height}`],
      // 1: no connection when the server cannot be verified.
      ['authentication level', 'i:1'],
      ['audiomode', 'i:2'],
      ['audiocapturemode', 'i:0'],
      ['redirectclipboard', 'i:0'],
      ['redirectprinters', 'i:0'],
      ['redirectsmartcards', 'i:0'],
      ['drivestoredirect', 's:'],
      ['autoreconnection enabled', 'i:0'],
    ]
    const query = attributes.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value).replace('%3A', ':')}`)
    return { args: ['-b', 'com.microsoft.rdc.macos', `rdp://${query.join('&')}`] }
  },
}
