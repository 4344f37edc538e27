/** One end of the relay bench, in a process of its own: `source` sends, `sink` measures, `relay` carries. Speaks over Node's IPC only. */
import { connect, createServer } from 'node:net'
import { createRelay } from '../../gateway/gates/relay.ts'

const block = Buffer.alloc(256 * 1024, 'x')

const roles: Record<string, (first: number) => Promise<void>> = {
  /** Sends as many bytes as the first line of each connection says. */
  async source() {
    const server = createServer({ noDelay: true }, (socket) => {
      socket.on('error', () => {})
      socket.once('data', (line) => {
        let left = Number(line.toString())
        const send = (): void => {
          while (left > 0) {
            const bytes = left < block.length ? block.subarray(0, left) : block
            left -= bytes.length
            if (!socket.write(bytes)) {
              socket.once('drain', send)
              return
            }
          }
          socket.end()
        }
        send()
      })
    })
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    process.send?.({ port: typeof address === 'object' && address !== null ? address.port : 0 })
  },

  /** Asked for {port, bytes}: how long until all of them are here. */
  sink() {
    process.on('message', ({ port, bytes }: { port: number; bytes: number }) => {
      let left = bytes
      let startedMs = 0
      const buffer = Buffer.alloc(256 * 1024)
      const socket = connect({
        host: '127.0.0.1',
        port,
        noDelay: true,
        onread: {
          buffer,
          callback(count) {
            left -= count
            if (left === 0) process.send?.({ ms: performance.now() - startedMs })
            return true
          },
        },
      })
      socket.on('error', (error) => process.send?.({ error: error.message }))
      socket.on('connect', () => {
        startedMs = performance.now()
        socket.write(String(bytes))
      })
    })
    process.send?.({ port: 0 })
    return Promise.resolve()
  },

  async relay(port) {
    const relay = createRelay('127.0.0.1', Date.now, () => {})
    const [endpoint] = await relay.open({ grantId: 'bench', address: '127.0.0.1', ports: [port], source: '127.0.0.1', endsInMs: 3_600_000 })
    process.send?.({ port: endpoint?.connectPort ?? 0 })
  },
}

const [, , role = '', port = '0'] = process.argv
await roles[role]?.(Number(port))
