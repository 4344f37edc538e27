/** The messages between main and the isolated world of the Chromium host. */

/** From the page: `call` 0 is a message without an answer. */
export type Outgoing = [call: number, channel: string, args: unknown[]]

/** The answer to a call. */
export type Settled = { call: number } & ({ ok: true; value: unknown } | { ok: false; error: { name: string; message: string } })

/** A message that main sends by itself. */
export type Delivered = [channel: string, args: unknown[]]
