import { expect, test } from 'vitest'
import { createGates } from '../../../gateway/gates/choice.ts'
import type { Gate, GateOrder } from '../../../gateway/gates/gate.ts'

interface FakeGate extends Gate {
  orders: GateOrder[]
  asked: string[]
}

function fakeGate(): FakeGate {
  const gate: FakeGate = {
    orders: [],
    asked: [],
    open(order) {
      gate.orders.push(order)
      return Promise.resolve([{ port: 22, address: order.address, connectPort: 22 }])
    },
    close: (id) => Promise.resolve(void gate.asked.push(`close ${id}`)),
    extend: (id, endsInMs) => Promise.resolve(void gate.asked.push(`extend ${id} ${endsInMs}`)),
    list: () => Promise.resolve(gate.orders.map((order) => order.grantId)),
    traffic: () => undefined,
  }
  return gate
}

const networks = ['10.0.0.0/8', 'fd00::/8']
const order = (address: string, source = '192.0.2.7') => ({ grantId: 'g', address, ports: [22], source, endsInMs: 1000 })

test.each([
  ['10.1.2.3', '192.0.2.7', '10.1.2.3'],
  ['192.0.2.9', '192.0.2.7', undefined],
  ['fd00::5', '2001:db8::1', 'fd00::5'],
  // Where a machine has both, the family that the requester speaks.
  ['both.example', '192.0.2.7', '10.1.2.3'],
  ['both.example', '2001:db8::1', 'fd00::5'],
  ['partly.example', '192.0.2.7', '10.1.2.3'],
  ['nowhere.example', '192.0.2.7', undefined],
])('a machine at %s, asked for from %s, is opened behind nftables at %s', async (address, source, expected) => {
  const names: Record<string, string[]> = { 'both.example': ['fd00::5', '10.1.2.3'], 'partly.example': ['192.0.2.9', '10.1.2.3'] }
  const [relay, nftables] = [fakeGate(), fakeGate()]
  const lookedUp: string[] = []
  const gates = createGates(relay, nftables, networks, (name) => {
    lookedUp.push(name)
    const found = names[name]
    return found === undefined ? Promise.reject(new Error('ENOTFOUND')) : Promise.resolve(found)
  })
  await gates.open(order(address, source))
  expect(nftables.orders.map((one) => one.address)).toEqual(expected === undefined ? [] : [expected])
  // The relay dials names itself.
  expect(relay.orders.map((one) => one.address)).toEqual(expected === undefined ? [address] : [])
  // Once: between a first and a second answer a name could move.
  expect(lookedUp).toEqual(address.endsWith('.example') ? [address] : [])
})

test('closing asks both gates before either has answered, and only the gate that keeps the time is told of a longer window', async () => {
  const [relay, nftables] = [fakeGate(), fakeGate()]
  const gates = createGates(relay, nftables, networks)
  await gates.open(order('10.1.2.3'))
  expect(await gates.list()).toEqual(['g'])
  await gates.extend?.('g', 5000)
  await gates.extend?.('other', 5000)
  expect([relay.asked, nftables.asked]).toEqual([[], ['extend g 5000']])
  void gates.close('g')
  expect([relay.asked, nftables.asked]).toEqual([['close g'], ['extend g 5000', 'close g']])
})

test.each([
  ['192.0.2.9', 1],
  // The kernel has to be asked, or a name to be looked up: the store does not wait for these.
  ['10.1.2.3', 0],
  ['relayed.example', 0],
])('the way to %s is made ready %i times', async (address, times) => {
  const ready: string[] = []
  const relay: Gate = {
    ...fakeGate(),
    prepare(asked) {
      ready.push(asked.address)
      return Promise.resolve({ endpoints: [], open: () => {} })
    },
  }
  const gates = createGates(relay, fakeGate(), networks, () => Promise.resolve(['192.0.2.9']))
  expect((await gates.prepare?.(order(address))) !== undefined).toBe(times === 1)
  expect(ready).toHaveLength(times)
})
