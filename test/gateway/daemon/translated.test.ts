import { expect, test } from 'vitest'
import { translated } from '../../../gateway/daemon/translated.ts'
import { createRelay } from '../../../gateway/gates/relay.ts'

test('a relay behind a translation of addresses tells the address that consoles can reach', async () => {
  const gate = translated(
    createRelay(
      '127.0.0.1',
      () => Date.now(),
      () => {},
    ),
    '127.0.0.1',
    '192.0.2.7',
  )
  const order = { grantId: 'g1', address: '127.0.0.1', ports: [22], source: '127.0.0.1', endsInMs: 60_000 }
  const [endpoint] = await gate.open(order)
  expect(endpoint?.address).toBe('192.0.2.7')
  const ready = await gate.prepare?.({ ...order, grantId: 'g2' })
  expect(ready?.endpoints[0]?.address).toBe('192.0.2.7')
  await gate.close('g1')
  await gate.close('g2')
  expect(await gate.list()).toEqual([])
})
