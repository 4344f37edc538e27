import { expect, test } from 'vitest'
import { linkArgument } from '../../../main/platform/linkArgument.ts'

test('F-8: only a link of ours is taken from a command line', () => {
  expect(linkArgument(['--inspect', '--remote-debugging-port=9', '--no-sandbox', '--gpu-launcher=calc', 'https://x', '.'])).toBeUndefined()
  expect(linkArgument(['--no-sandbox', 'gatehouse://machine/desk:a', 'gatehouse://machine/desk:b'])).toBe('gatehouse://machine/desk:a')
})

test('F-4: a link of more than 2 KB is none', () => {
  expect(linkArgument([`gatehouse://machine/${'a'.repeat(1_000_000)}`])).toBeUndefined()
  expect(linkArgument([`gatehouse://${'é'.repeat(1020)}`])).toBeUndefined()
})

test('F-3: the scheme is found in any case; judging it is the app’s', () => {
  expect(linkArgument(['GateHouse://machine/x'])).toBe('GateHouse://machine/x')
})
