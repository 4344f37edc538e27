import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openOwnMachines } from '../../../main/machines/own.ts'
import { listOf, openTestApp } from '../testApp.ts'

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'gatehouse-own-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}
const nobody = () => undefined

describe("what of the inventory is a person's own", () => {
  test('is there after a restart, and is not in the cache', async () => {
    const path = folder()
    const own = openOwnMachines(path, nobody)
    const filter = { id: 'f1', name: 'Mine', tab: 'configured', search: 'web', sort: 'name', descending: false } as const
    await own.handlers['machines.favour']({ machineIds: ['desk:a', 'desk:b', 'desk:a'], favourite: true })
    await own.handlers['machines.saveFilter']({ filter })
    await own.handlers['machines.chooseColumns']({ columns: ['site', 'address', 'site'] })
    await own.used('desk:a')
    await own.used('desk:b')
    await own.used('desk:a')
    const later = openOwnMachines(path, nobody)
    expect(await later.handlers['machines.own']({})).toEqual({
      favourites: ['desk:a', 'desk:b'],
      filters: [filter],
      columns: ['site', 'address'],
    })
    expect(later.only('recent')).toEqual(['desk:a', 'desk:b'])
    expect(later.only('favourites')).toEqual(['desk:a', 'desk:b'])
    expect(later.only('all')).toBeUndefined()
  })

  test('can be taken back', async () => {
    const own = openOwnMachines(folder(), nobody)
    await own.handlers['machines.favour']({ machineIds: ['desk:a'], favourite: true })
    await own.handlers['machines.favour']({ machineIds: ['desk:a'], favourite: false })
    await own.handlers['machines.saveFilter']({
      filter: { id: 'f1', name: 'Mine', tab: 'configured', search: '', sort: 'name', descending: false },
    })
    await own.handlers['machines.removeFilter']({ id: 'f1' })
    await own.handlers['machines.chooseColumns']({ columns: ['site'] })
    await own.handlers['machines.chooseColumns']({})
    expect(await own.handlers['machines.own']({})).toEqual({ favourites: [], filters: [] })
  })

  test('F-113: that cannot be read is set aside and told', () => {
    const path = folder()
    writeFileSync(join(path, 'machines.json'), '{"favourites":"all"}')
    expect(openOwnMachines(path, nobody).limit).toBe('fileSetAside:machines.json')
  })
})

describe('in the list', () => {
  test('favourites and what was connected to last are found by their scope, and are forgotten with the machine', async () => {
    const { call, addMachine } = await openTestApp()
    const [a, b] = [await addMachine({ name: 'a', address: '127.0.0.1' }), await addMachine({ name: 'b', address: '127.0.0.2' })]
    await call('machines.favour', { machineIds: [b], favourite: true })
    const names = async (scope: 'favourites' | 'recent') =>
      (await call('machines.list', { ...listOf({ sort: 'recent' }), scope })).rows.map(({ name, favourite }) => [name, favourite])
    expect(await names('favourites')).toEqual([['b', true]])
    await call('sessions.connect', { attemptId: randomUUID(), machineId: a, way: 'ssh', where: 'tab' })
    await call('sessions.connect', { attemptId: randomUUID(), machineId: b, way: 'ssh', where: 'tab' })
    await expect
      .poll(() => names('recent'))
      .toEqual([
        ['b', true],
        ['a', undefined],
      ])
    await call('machines.remove', { machineIds: [b] })
    expect((await call('machines.own', {})).favourites).toEqual([])
    expect(await names('recent')).toEqual([['a', undefined]])
  })

  test('facets name the gateway as people know it', async () => {
    const { call, addMachine } = await openTestApp()
    await addMachine()
    const { gateways, sites } = await call('machines.facets', { tab: 'configured', search: '' })
    expect(gateways.values).toEqual([{ value: 'desk', label: 'This desk', count: 1 }])
    expect(sites.values).toEqual([{ value: 'Berlin', count: 1 }])
  })
})
