import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { isConnected, readStates } from '../../../gateway/agent/connection.ts'

test.runIf(process.platform === 'linux')('a process is connected until the other end of its last connection is gone', async () => {
  expect(isConnected(2 ** 22 + 1)).toBe(true)
  const accepted: Socket[] = []
  const server = createServer({ allowHalfOpen: true }, (socket) => void accepted.push(socket)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const client = connect(address.port, '127.0.0.1')
  await once(server, 'connection')
  expect(isConnected(process.pid)).toBe(true)
  client.destroy()
  // Nothing is read and nothing is written here, just as sshd does while PAM asks.
  await expect.poll(() => isConnected(process.pid)).toBe(false)
  for (const socket of accepted) socket.destroy()
  server.close()
})

test('what listens is no connection, and neither is a socket of somebody else', () => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 11 1 0 100 0 0 10 0',
    '   1: 0100007F:0016 0100007F:C350 08 00000000:00000000 00:00000000 00000000     0        0 12 1 0 20 4 30 10 -1',
    '   2: 0100007F:0016 0100007F:C351 01 00000000:00000000 00:00000000 00000000     0        0 13 1 0 20 4 30 10 -1',
  ].join('\n')
  expect(readStates(table, new Set(['11', '12']))).toEqual(['08'])
  expect(readStates(table, new Set(['12', '13']))).toEqual(['08', '01'])
  expect(readStates('', new Set(['12']))).toEqual([])
})
