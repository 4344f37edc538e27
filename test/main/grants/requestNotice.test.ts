import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRequestNotice } from '../../../main/grants/requestNotice.ts'
import type { Grant } from '../../../preload/contract.ts'

const request = (id: string, more: Partial<Grant> = {}): Grant => ({
  grantId: id,
  machineId: 'team:m1',
  machineName: 'web-1',
  requestedBy: 'Björn',
  state: 'requested',
  ports: [22, 5986],
  source: '10.0.0.7',
  reason: '',
  requestedAt: '2026-11-22T10:00:00.000Z',
  endpoints: [],
  decidableByMe: true,
  ...more,
})

describe('the notification of a request', () => {
  const said: [string, string][] = []
  let language: 'en' | 'de' = 'en'
  const notice = () => createRequestNotice({ notify: (title, body) => void said.push([title, body]) }, () => language)
  beforeEach(() => {
    vi.useFakeTimers()
    said.length = 0
    language = 'en'
  })
  afterEach(() => vi.useRealTimers())

  it('APR-7: says who asks for what, once for each request', () => {
    const { take } = notice()
    take(request('team:1'))
    vi.runAllTimers()
    take(request('team:1', { approvals: { needed: 2, given: [{ by: 'Chidi', at: '2026-11-22T10:01:00.000Z' }] } }))
    vi.runAllTimers()
    expect(said).toEqual([['Björn asks for access', 'web-1, port 22, 5986. Decide under Approvals.']])
  })

  it('requests that come together are one notification', () => {
    const { take } = notice()
    language = 'de'
    for (const id of ['team:1', 'team:2', 'team:3']) take(request(id))
    vi.runAllTimers()
    expect(said).toEqual([['3 Anfragen warten auf Sie', 'Entscheiden Sie unter „Genehmigungen“.']])
  })

  it('says nothing of what this technician may not decide, nor of what is decided', () => {
    const { take } = notice()
    take(request('team:1', { decidableByMe: false }))
    take(request('team:2', { state: 'open' }))
    vi.runAllTimers()
    expect(said).toEqual([])
  })

  it('a name that is far too long does not fill the screen', () => {
    const { take } = notice()
    take(request('team:1', { requestedBy: 'W'.repeat(10_000), machineName: 'M'.repeat(10_000) }))
    vi.runAllTimers()
    expect(said.flat().join('').length).toBeLessThan(250)
  })
})
