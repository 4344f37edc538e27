/** Names of people, which are what the log knows them by. Pure. */
import { agentActor, gatewayActor } from '../auditLog.ts'

const taken: ReadonlySet<string> = new Set([gatewayActor, agentActor])

/** As it is kept, or undefined: empty, with characters that are not shown, or what the gateway or an agent is called in the log. */
export function toPersonName(text: string): string | undefined {
  const name = text.normalize('NFC').trim().replaceAll(/ {2,}/g, ' ')
  if (name === '' || /[\p{C}\p{Zl}\p{Zp}]/u.test(name) || !name.isWellFormed()) return undefined
  return taken.has(identityOf(name)) ? undefined : name
}

/** What makes two names the same person's: case and Unicode form do not tell people apart. */
export function identityOf(name: string): string {
  return name.normalize('NFKC').toLowerCase().replaceAll(/\s+/g, ' ').trim()
}
