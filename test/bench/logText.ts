/** Lines as a busy server writes them, one in four with colours. Always the same ones. */
export function logText(bytes: number): string {
  const lines: string[] = []
  for (let count = 0, index = 0; count < bytes; index += 1) {
    const said = `worker-${index % 17} request ${(index * 7919) % 1_000_003} took ${(index * 31) % 997} ms from 10.0.${index % 200}.7`
    const line = index % 4 === 0 ? `\u001b[32mINFO\u001b[0m ${said}` : `INFO ${said}`
    lines.push(line)
    count += line.length + 1
  }
  return `${lines.join('\n')}\n`
}
