/** Which file this program is: what is installed is a copy of it. */
import { statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The one file that was built (`npm run build`): sources cannot be installed, since a machine has neither them nor their packages. */
export function ownBundle(): string {
  const here = fileURLToPath(import.meta.url)
  if (here.endsWith('gatehouse-agent.mjs')) return here
  const built = fileURLToPath(new URL('../../dist/agent/gatehouse-agent.mjs', import.meta.url))
  try {
    statSync(built)
  } catch {
    throw new Error('the agent is not built: npm run build')
  }
  return built
}
