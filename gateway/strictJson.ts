/** What JSON.parse lets pass although two programs may read it differently, or no body of ours is like it (F-116). */

const deepest = 32
/** Strings, and what gives the text its structure; all else cannot hold a key. */
const token = /"(?:[^"\\]|\\.)*"|[{}[\]:]/gs

/** `duplicateKey`: a name twice in one object, however it is escaped. undefined also for what is no JSON: who parses it will say so. */
export function faultInJson(text: string): 'duplicateKey' | 'tooDeep' | undefined {
  /** The keys of each object that is open; undefined for an array. */
  const open: (Set<string> | undefined)[] = []
  let last = ''
  for (const [part] of text.matchAll(token)) {
    if (part === '{' || part === '[') {
      open.push(part === '{' ? new Set() : undefined)
      if (open.length > deepest) return 'tooDeep'
    } else if (part === '}' || part === ']') open.pop()
    else if (part === ':') {
      const keys = open.at(-1)
      const key = unescaped(last)
      if (keys?.has(key) === true) return 'duplicateKey'
      keys?.add(key)
    } else last = part
  }
  return undefined
}

function unescaped(text: string): string {
  try {
    return String(JSON.parse(text))
  } catch {
    return text
  }
}
