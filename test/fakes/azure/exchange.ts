/** An HTTP exchange with the stand-in, as plain data: over HTTPS on loopback, or in the same process where thousands are needed. */
export interface Asked {
  method: string
  path: string
  query: URLSearchParams
  headers: Record<string, string>
  body: string
}

export interface Answer {
  status: number
  headers: Record<string, string>
  body: string
  /** The connection ends without it. */
  isLost?: boolean
  delayMs?: number
}

export function json(status: number, value: unknown, headers: Record<string, string> = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-cache', ...headers },
    body: JSON.stringify(value),
  }
}

export function refusal(status: number, code: string, message: string, headers: Record<string, string> = {}): Answer {
  return json(status, { error: { code, message } }, headers)
}
