/** Which format a text is in, by what stands in it: names of files are lost on the way, or wrong. Pure. */
import type { ImportFormat } from '../../../preload/contract.ts'

/** `royalTs`: a document of Royal TS, which is not read. undefined: none of ours. */
export function recognise(text: string): ImportFormat | 'royalTs' | undefined {
  const head = text.slice(0, 200_000)
  if (/^\s*</.test(head)) return ofXml(head)
  if (/^full address:s:/im.test(head)) return 'rdpFile'
  if (text.startsWith('$ANSIBLE_VAULT')) return 'ansible'
  const lines = head
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^[#;]/.test(line))
  const [first = ''] = lines
  if (/^(host|match|include)[ \t]+\S/i.test(first) || lines.some((line) => /^(host[ \t]+|hostname[ \t=]+)[^,;]+$/i.test(line)))
    return 'sshConfig'
  if (/^\[[^\]]+\]$/.test(first) || lines.some((line) => /^\[[\w.-]+(:\w+)?\]$/.test(line) || /\sansible_\w+\s*=/.test(line)))
    return 'ansible'
  if (/^(hosts|children):/m.test(head.replace(/^[ \t]+/gm, '')) || /^(---|all:)/.test(first)) return 'ansible'
  if (lines.length > 0 && (/[,;\t]/.test(first) || lines.every((line) => /^[\w.:-]+$/.test(line)))) return 'csv'
  return undefined
}

const byRoot: Record<string, ImportFormat | 'royalTs'> = {
  connections: 'mremoteng',
  rdcman: 'rdcman',
  rtszdocument: 'royalTs',
  royaldocument: 'royalTs',
}

function ofXml(head: string): ImportFormat | 'royalTs' | undefined {
  // Behind the declaration, comments and the document type, which the reader refuses.
  const [, root = ''] = /<(?:[\w.-]+:)?([A-Za-z][\w.-]*)/.exec(head.replace(/<\?[^>]*\?>|<!--[\s\S]*?-->/g, '')) ?? []
  return Object.hasOwn(byRoot, root.toLowerCase()) ? byRoot[root.toLowerCase()] : undefined
}
