/** The framing of --remote-debugging-pipe: UTF-8 JSON texts, each ended by a NUL byte. */

/** Takes chunks as they come and hands over whole messages, in order. A message's bytes are joined once, however many chunks it came in. */
export function createMessageReader(onMessage: (text: string) => void): (chunk: Buffer) => void {
  let parts: Buffer[] = []
  return (chunk) => {
    let start = 0
    for (let end = chunk.indexOf(0); end !== -1; end = chunk.indexOf(0, start)) {
      const last = chunk.subarray(start, end)
      const message = parts.length === 0 ? last : Buffer.concat([...parts, last])
      parts = []
      start = end + 1
      onMessage(message.toString('utf8'))
    }
    if (start < chunk.length) parts.push(chunk.subarray(start))
  }
}

/** JSON never contains a raw NUL, so the end mark cannot occur inside. */
export const toMessage = (value: object): string => `${JSON.stringify(value)}\0`
