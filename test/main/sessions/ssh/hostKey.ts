import { generateKeyPairSync } from 'node:crypto'

/** A host key for a server of a test. Node's own: some of those that ssh2 makes cannot be read again. */
export const hostKey = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey.export({ type: 'sec1', format: 'pem' }).toString()
