import { describe, expect, it } from 'vitest'
import type { Grant } from '../../../preload/contract.ts'
import { isDeliberate } from '../../../renderer/approvals/deliberate.ts'
import { waitingForMe, waitingForOthers } from '../../../renderer/approvals/inbox.ts'

const grant = (id: string, minute: number, more: Partial<Grant>): Grant => ({
  grantId: id,
  machineId: 'team:m1',
  machineName: 'web-1',
  requestedBy: 'Björn',
  state: 'requested',
  ports: [22],
  source: '10.0.0.7',
  reason: '',
  requestedAt: `2026-11-22T10:0${minute}:00.000Z`,
  endpoints: [],
  ...more,
})

describe('the inbox of requests', () => {
  it('holds what waits and this technician may decide, the oldest first, so that a new one moves nothing', () => {
    const grants = [
      grant('team:late', 5, { decidableByMe: true }),
      grant('team:early', 1, { decidableByMe: true }),
      grant('team:open', 2, { decidableByMe: true, state: 'open' }),
      grant('team:others', 3, { decidableByMe: false }),
      grant('team:unsaid', 4, {}),
    ]
    expect(waitingForMe(grants).map(({ grantId }) => grantId)).toEqual(['team:early', 'team:late'])
  })

  it('knows this technician by the name that each gateway knows them by', () => {
    const gateways = [
      { id: 'desk', technician: 'anna' },
      { id: 'team', technician: 'Anna Schmidt' },
    ]
    const grants = [
      grant('team:mine', 1, { requestedBy: 'Anna Schmidt' }),
      grant('team:namesake', 2, { requestedBy: 'anna' }),
      grant('desk:mine', 3, { requestedBy: 'anna' }),
      grant('other:who', 4, { requestedBy: 'anna' }),
      grant('team:over', 5, { requestedBy: 'Anna Schmidt', state: 'lapsed' }),
    ]
    expect(waitingForOthers(grants, gateways).map(({ grantId }) => grantId)).toEqual(['team:mine', 'desk:mine'])
  })

  it('F-76: a click within half a second of what appeared is not meant for it', () => {
    expect(isDeliberate(1000, 501)).toBe(false)
    expect(isDeliberate(1000, 500)).toBe(true)
    expect(isDeliberate(1000, Number.POSITIVE_INFINITY)).toBe(false)
  })
})
