/** Names of people, which are what the log knows them by. Pure. */
import { gatewayActor } from '../auditLog.ts'

/** As it is kept, or undefined: empty, with characters that are not shown, or the gateway's own name in the log. */
export function toPersonName(text: string): string | undefined {
  const name = text.normalize('NFC').trim().replaceAll(/ {2,}/g, ' ')
  if (name === '' || /[\p{C}\p{Zl}\p{Zp}]/u.test(name) || !name.isWellFormed()) return undefined
  return identityOf(name) === gatewayActor ? undefined : name
}

/** What makes two names the same person's: case and Unicode form do not tell people apart. */
export function identityOf(name: string): string {
  return name.normalize('NFKC').toLowerCase().replaceAll(/\s+/g, ' ').trim()
}
