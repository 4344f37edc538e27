/** `npm run -s gatehouse -- ARGS…`: the command line, from its sources. Paths are those of the folder that it is started in. */
import { prepare } from './setup/node.mjs'

await prepare()
const startedIn = process.env['INIT_CWD']
if (startedIn !== undefined) process.chdir(startedIn)
await import('../main/cli.ts')
