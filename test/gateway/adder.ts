/** A gateway of its own process that adds 4,000 machines, to be killed while it does: `node adder.ts folder prefix`. */
import { createGateway } from '../../gateway/server.ts'

const [folder = '', prefix = ''] = process.argv.slice(2)
const gateway = await createGateway({ dataFolder: folder, clock: { now: () => Date.now(), monotonicMs: () => performance.now() } })
const machines = Array.from({ length: 4000 }, (_, at) => ({
  name: `${prefix}-${at}`,
  address: `m${at}.example`,
  os: 'linux',
  site: 'Lab',
  tags: [],
  rules: 'defaults',
}))
const request = new Request('https://gateway.internal/v1/machines', {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ machines }),
})
process.stdout.write('adding\n')
await gateway.fetch(request, { technician: 'alice', roles: ['gatewayAdmin'], address: '127.0.0.1' })
await gateway.close()
