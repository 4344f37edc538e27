import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createLinks, parseLink } from '../../main/links.ts'
import { fakeClock } from '../fakes/fakeClock.ts'
import { openTestApp } from './testApp.ts'

function links() {
  const clock = fakeClock()
  const told = { rings: 0, refused: [] as string[] }
  const made = createLinks(
    clock,
    () => void told.rings++,
    (shown) => void told.refused.push(shown),
  )
  return { clock, told, ...made }
}

describe('a link', () => {
  test('to a machine is taken', () => {
    expect(parseLink('gatehouse://machine/desk:3f-A_9.b')).toEqual({ machineId: 'desk:3f-A_9.b' })
  })

  test.each([
    ['F-1', 'gatehouse://machine/../../audit'],
    ['F-1', 'gatehouse://machine/desk:..'],
    ['F-1', 'gatehouse://machine/desk:a/../b'],
    ['F-1', 'gatehouse://machine/'],
    ['F-1', 'gatehouse://machine/desk:a/'],
    ['F-2', 'gatehouse://connect?host=evil&user=-oProxyCommand=calc'],
    ['F-2', 'gatehouse://machine/desk:a?connect=1'],
    ['F-2', 'gatehouse://machine/desk:a#x'],
    ['F-2', 'gatehouse://user@machine/desk:a'],
    ['F-2', 'gatehouse://machine:80/desk:a'],
    ['F-3', 'gatehouse://machine/desk%3Aa'],
    ['F-3', 'gatehouse://machine/desk%253Aa'],
    ['F-3', 'gatehouse:/\\machine/desk:a'],
    ['F-3', 'gatehouse:\\\\machine\\desk:a'],
    ['F-3', 'gatehouse:///machine/desk:a'],
    ['F-3', 'gatehouse://MACHINE/desk:a'],
    ['F-3', ' gatehouse://machine/desk:a'],
    ['F-3', 'gatehouse://machine/desk:a\n'],
    ['F-3', 'gatehouse://machine/desk:a\0'],
    ['F-5', 'gatehouse://machine/desk:\u202ea'],
    ['F-5', 'gatehouse://machine/desk:a\u200b'],
    ['F-5', 'gatehouse://machine/dеsk:a'],
    ['F-8', '--remote-debugging-port=9222'],
    ['F-8', '--inspect'],
    ['F-8', 'gatehouse://machine/desk:a --no-sandbox'],
    ['F-4', `gatehouse://machine/desk:${'a'.repeat(129)}`],
    ['F-4', `gatehouse://machine/desk:${'a'.repeat(1_000_000)}`],
  ])('%s: %j is refused', (_case, url) => {
    expect(parseLink(url)).toBeUndefined()
  })

  test('F-3: the case of the scheme alone is free', () => {
    expect(parseLink('GateHouse://machine/desk:a')).toEqual({ machineId: 'desk:a' })
  })

  test('F-3: whatever is taken is, but for the case of its scheme, exactly one text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.stringMatching(/^[A-Za-z0-9_.:-]{1,20}$/)), (rest) => {
        for (const url of [rest, `gatehouse:${rest}`, `gatehouse://machine/${rest}`, `gatehouse://machine/desk:${rest}`]) {
          const link = parseLink(url)
          if (link && url !== `gatehouse://machine/${link.machineId}`) throw new Error(url)
        }
      }),
    )
  })
})

describe('links', () => {
  test('F-7: of 1,000 in a second the window hears of one, and how many were dropped', () => {
    const { open, take, told, clock } = links()
    for (let each = 0; each < 1000; each++) {
      open(`gatehouse://machine/desk:m${each}`)
      clock.pass(0.9)
    }
    expect(told.rings).toBe(1)
    expect(take()).toEqual({ link: { machineId: 'desk:m0' }, dropped: 999 })
    expect(take()).toEqual({ dropped: 0 })
  })

  test('the next second takes one again, and the newer one is shown', () => {
    const { open, take, clock } = links()
    open('gatehouse://machine/desk:one')
    clock.pass(1000)
    open('gatehouse://machine/desk:two')
    expect(take()).toEqual({ link: { machineId: 'desk:two' }, dropped: 0 })
  })

  test('F-9: a link that nobody took for five minutes is dropped', () => {
    const { open, take, clock } = links()
    open('gatehouse://machine/desk:one')
    clock.pass(5 * 60_000)
    expect(take().link).toEqual({ machineId: 'desk:one' })
    open('gatehouse://machine/desk:one')
    clock.pass(5 * 60_000 + 1)
    expect(take().link).toBeUndefined()
  })

  test('F-5: what is refused is told with its odd characters as code points', () => {
    const { open, told } = links()
    open('gatehouse://machine/desk:\u202ea')
    expect(told.refused).toEqual(['gatehouse://machine/desk:\\u{202e}a'])
  })

  test('F-4: of a refused link of 1 MB no more than 200 characters are kept', () => {
    const { open, told } = links()
    open(`gatehouse://${'\u202e'.repeat(1_000_000)}`)
    expect(told.refused[0]?.length).toBeLessThanOrEqual(200 * 8 + 1)
  })

  test('F-2: a refused link is in the audit log, and no grant came of it', async () => {
    const { app, call } = await openTestApp()
    app.openLink('gatehouse://connect?host=evil')
    await expect
      .poll(async () => (await call('audit.list', { filter: { topics: ['link'] }, limit: 5 })).rows)
      .toMatchObject([{ action: 'link.refused', outcome: 'refused', detail: { link: 'gatehouse://connect?host=evil' } }])
    expect((await call('grants.list', {})).grants).toEqual([])
  })

  test('F-6: a link that names another gateway only asks for a place; nothing is requested', async () => {
    const { app, call } = await openTestApp()
    app.openLink('gatehouse://machine/elsewhere:m1')
    expect(await call('app.takeLink', {})).toEqual({ link: { machineId: 'elsewhere:m1' }, dropped: 0 })
    expect((await call('grants.list', {})).grants).toEqual([])
  })
})
