/** Looks for texts in all that is in a folder, as somebody would who has the disk. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** Which files have one of the texts in them, in UTF-8, UTF-16 or base64, and which text it is. Sorted. */
export function filesWith(folder: string, texts: readonly string[]): { file: string; text: string }[] {
  const found: { file: string; text: string }[] = []
  const forms = texts.map((text) => ({ text, bytes: formsOf(text) }))
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = path.join(entry.parentPath, entry.name)
    const content = readIfThere(file)
    for (const { text, bytes } of forms) if (bytes.some((form) => content.includes(form))) found.push({ file, text })
  }
  return found.toSorted((one, other) => (one.file < other.file ? -1 : 1))
}

function formsOf(text: string): Buffer[] {
  return [Buffer.from(text), Buffer.from(text, 'utf16le'), ...[0, 1, 2].map((before) => Buffer.from(insideBase64(text, before)))]
}

/** What of base64 is the text's alone, if so many other bytes (modulo 3) are before it: the letters at both ends have bits of its neighbours. */
function insideBase64(text: string, before: number): string {
  const whole = Buffer.concat([Buffer.alloc(before), Buffer.from(text)])
    .toString('base64')
    .replaceAll('=', '')
  const endsEven = (before + Buffer.byteLength(text)) % 3 === 0
  return whole.slice(before === 0 ? 0 : before + 1, endsEven ? undefined : -1)
}

/** A file that is gone meanwhile is none. */
function readIfThere(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return Buffer.alloc(0)
    throw error
  }
}
