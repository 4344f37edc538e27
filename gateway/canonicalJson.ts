/** Canonical JSON after RFC 8785 (JCS): the same value is always the same bytes, so it can be hashed and signed. */

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined }

/** Throws TypeError for what has no canonical form: a number that is not finite, a text with a lone surrogate. */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError('a number that is not finite has no JSON form')
    return JSON.stringify(value)
  }
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new TypeError('a lone surrogate has no JSON form')
    return JSON.stringify(value)
  }
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`
  // RFC 8785 3.2.3: members by the UTF-16 code units of their names, which is how JavaScript compares texts.
  const names = Object.keys(value).sort()
  const members: string[] = []
  for (const name of names) {
    const member = value[name]
    if (member !== undefined) members.push(`${canonicalJson(name)}:${canonicalJson(member)}`)
  }
  return `{${members.join(',')}}`
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
