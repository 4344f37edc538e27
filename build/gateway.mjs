/** `npm run -s gateway -- ARGS…`: a gateway for a team, from its sources. Paths are those of the folder that it is started in. */
import { prepare } from './setup/node.mjs'

await prepare()
const startedIn = process.env['INIT_CWD']
if (startedIn !== undefined) process.chdir(startedIn)
await import('../gateway/serve.ts')
