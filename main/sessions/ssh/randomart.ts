/**
 * A fingerprint as a picture, drawn as `ssh-keygen -lv` does ("The drunken bishop", D. Loss et al., 2009), so that a technician can
 * hold it against what the machine's own console shows.
 */
const width = 17
const height = 9
const symbols = ' .o+=*BOX@%&#/^SE'

/** The picture of `digest`, 11 lines of 19 characters. `title` and `hash` are what OpenSSH writes in its borders: "ED25519 256", "SHA256". */
export function randomart(digest: Uint8Array, title: string, hash: string): string {
  const visits = Array.from({ length: height }, () => Array.from({ length: width }, () => 0))
  const highest = symbols.length - 3
  let x = Math.floor(width / 2)
  let y = Math.floor(height / 2)
  for (const byte of digest) {
    for (let pair = 0; pair < 4; pair += 1) {
      const step = byte >> (pair * 2)
      x = Math.min(Math.max(x + (step & 1 ? 1 : -1), 0), width - 1)
      y = Math.min(Math.max(y + (step & 2 ? 1 : -1), 0), height - 1)
      const row = visits[y]
      if (row) row[x] = Math.min((row[x] ?? 0) + 1, highest)
    }
  }
  const lines = visits.map((row, atY) => {
    const cells = row.map((count, atX) => {
      if (atX === x && atY === y) return 'E'
      if (atX === Math.floor(width / 2) && atY === Math.floor(height / 2)) return 'S'
      return symbols[count] ?? ' '
    })
    return `|${cells.join('')}|`
  })
  return [border(title), ...lines, border(hash)].join('\n')
}

function border(word: string): string {
  const label = `[${word}]`.slice(0, width)
  const left = Math.floor((width - label.length) / 2)
  return `+${'-'.repeat(left)}${label}${'-'.repeat(width - label.length - left)}+`
}
