/** Lines for the journal. Nothing secret is ever given to it. */

export type Log = (message: string, error?: unknown) => void

/** To standard error, where systemd takes it from; a level in front, as sd-daemon(3) has it. */
export const log: Log = (message, error) => {
  const text = error === undefined ? message : `${message}: ${error instanceof Error ? error.message : JSON.stringify(error)}`
  process.stderr.write(`${error === undefined ? '<6>' : '<4>'}${text.replaceAll(/\p{C}+/gu, ' ').slice(0, 1000)}\n`)
}
