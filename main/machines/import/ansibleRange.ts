/** Ansible's way to write many hosts in one word: "web[01:50].example.org", "db-[a:f]", "node[0:100:10]:2222". Pure. */
import { toPort } from './collector.ts'
import { mostEntries } from './reading.ts'

const range = /^([^[\]]*)\[(?:(\d{1,9}):(\d{1,9})|([a-z]):([a-z])|([A-Z]):([A-Z]))(?::(\d{1,9}))?\](.*)$/s

/** Each name, and the port where one is written. undefined: the range is none, or of more hosts than a file may have. */
export function expand(pattern: string): { name: string; port: string | undefined }[] | undefined {
  // An IPv6 address has colons and no port behind it.
  const [, before = pattern, port] = /^(.*[^:]):(\d{1,5})$/s.exec(pattern) ?? []
  const isPort = port !== undefined && toPort(port) !== undefined && !/:.*:/.test(before.replace(/\[[^\]]*\]/g, ''))
  const names = expandName(isPort ? before : pattern, mostEntries)
  return names?.map((name) => ({ name: name.replace(/^\[([0-9a-f:.]*:[0-9a-f:.]*)\]$/i, '$1'), port: isPort ? port : undefined }))
}

function expandName(text: string, most: number): string[] | undefined {
  if (!text.includes('[') || /^\[[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*\]$/i.test(text)) return [text]
  const [, head = '', from, to, small, smallEnd, capital, capitalEnd, stepText = '1', tail = ''] = range.exec(text) ?? []
  const step = Number(stepText)
  const [first, last] = from !== undefined ? [from, to] : [small ?? capital, smallEnd ?? capitalEnd]
  if (first === undefined || last === undefined || step < 1) return undefined
  const isNumber = from !== undefined
  const start = isNumber ? Number(first) : first.charCodeAt(0)
  const end = isNumber ? Number(last) : last.charCodeAt(0)
  const count = Math.floor((end - start) / step) + 1
  if (count < 1 || count > most) return undefined
  const tails = expandName(tail, Math.floor(most / count))
  if (!tails) return undefined
  // "01" keeps its zeros.
  const width = isNumber && first.startsWith('0') ? first.length : 0
  const write = (value: number) => (isNumber ? String(value).padStart(width, '0') : String.fromCharCode(value))
  return Array.from({ length: count }, (_, index) => `${head}${write(start + index * step)}`).flatMap((each) =>
    tails.map((rest) => `${each}${rest}`),
  )
}
