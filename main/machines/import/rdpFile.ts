/**
 * Reads a file of Microsoft's Remote Desktop client (.rdp). Only where it leads to is taken; what it would redirect, start or send through
 * elsewhere is listed and left (F-24).
 */
import { CallError } from '../../callError.ts'
import { createCollector, splitPort } from './collector.ts'
import type { ImportChecks, Reading } from './reading.ts'
import { linesOf } from './text.ts'

const setting = /^\s*([^:]{1,100}):([a-z]):(.*)$/is
/** What says nothing about where the session goes or what it gives away: how it looks. */
const looks =
  /^(screen mode id|use multimon|desktop(width|height|scalefactor)|session bpp|winposstr|compression|smart sizing|dynamic resolution|disable |allow |bitmap|connection type|networkautodetect|bandwidthautodetect|displayconnectionbar|videoplaybackmode|autoreconnection enabled|keyboardhook|selectedmonitors)/i

/** `name` is the file's, which is what such a machine is called. Throws CallError badFile when no address is in it. */
export function readRdpFile(text: string, checks: ImportChecks, name: string): Reading {
  const collector = createCollector(checks)
  let found: { line: number; address: string } | undefined
  let port: string | undefined
  for (const { text: source, line } of linesOf(text)) {
    if (source.trim() === '') continue
    const [, key = '', , value = ''] = setting.exec(source) ?? []
    const what = key.trim().toLowerCase()
    if (what === '') collector.leaveOut(line, source, 'notALine')
    else if (what === 'full address') {
      if (found) collector.leaveOut(line, source, 'twice')
      else found = { line, address: value.trim() }
    } else if (what === 'server port') port ??= value.trim()
    else if (what.startsWith('password')) collector.countSecret()
    else if (value.trim() !== '' && !looks.test(what)) collector.drop(what)
  }
  if (!found || found.address === '') throw new CallError({ tag: 'badFile', line: found?.line ?? 1, problem: 'noAddress' })
  const { address, port: written } = splitPort(found.address)
  collector.add({
    line: found.line,
    name: name.replace(/^.*[\\/]/s, '').replace(/\.rdp$/i, '') || address,
    address,
    os: 'windows',
    way: 'rdp',
    port: written || (port ?? ''),
  })
  return collector.done('rdpFile')
}
