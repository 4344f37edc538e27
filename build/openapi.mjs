/** `npm run openapi`: writes docs/openapi.json, the document that every gateway serves at /v1/openapi.json. A test fails when it is stale. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { prepare, repository } from './setup/node.mjs'

await prepare()
const { apiDocument } = await import('./setup/apiDocument.mjs')
writeFileSync(path.join(repository, 'docs/openapi.json'), await apiDocument())
