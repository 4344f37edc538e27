/** The API's document as a gateway serves it: one is made for this, in a folder of its own, and asked. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createGateway } from '../../gateway/server.ts'

/** @returns {Promise<string>} the text of docs/openapi.json */
export async function apiDocument() {
  const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-openapi-'))
  const clock = { now: () => Date.now(), monotonicMs: () => performance.now() }
  const gateway = await createGateway({ dataFolder: folder, clock })
  try {
    const caller = { technician: 'build', roles: [/** @type {const} */ ('viewer')], address: '127.0.0.1' }
    const answer = await gateway.fetch(new Request('http://gateway.internal/v1/openapi.json'), caller)
    return `${JSON.stringify(await answer.json(), undefined, 1)}\n`
  } finally {
    await gateway.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
