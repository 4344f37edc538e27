/** Which format a text is in, by what stands in it: names of files are lost on the way, or wrong. Pure. */
import { isIP } from 'node:net'
import type { ImportFormat } from '../../../preload/contract.ts'
import { guessColumns } from './csvColumns.ts'

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
  return isTable(lines.slice(0, 50)) ? 'csv' : undefined
}

/** Columns that say what they are, or addresses in most of the rows: a letter has commas, too. */
function isTable(lines: readonly string[]): boolean {
  const rows = lines.map((line) => line.split(/[,;\t|]/).map((cell) => cell.trim().replace(/^"|"$/g, '')))
  if (rows.length === 0) return false
  if (rows.every((row) => row.length === 1)) return rows.every(([cell = '']) => /^[\w.:-]+$/.test(cell))
  const { hasHeader, fields } = guessColumns(rows)
  if (hasHeader) return fields.includes('address')
  return rows.filter((row) => row.some((cell) => isIP(cell) > 0 || /^[\w-]+(\.[\w-]+)+$/.test(cell))).length * 2 > rows.length
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
