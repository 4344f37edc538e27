/** `npm run -s agent -- ARGS…`: a machine's agent, from its sources. `npm run build` makes the one file that goes onto machines. */
import { prepare } from './setup/node.mjs'

await prepare()
await import('../gateway/agent/agent.ts')
