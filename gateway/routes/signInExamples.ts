/** Sign-ins and agents of the company that all examples of the API's document are of (examples.ts). */
import { encodeChallenge, toShortCode } from '../contract/challengeCode.ts'
import { encodeEnrolment, fingerprintOf } from '../contract/invitationCode.ts'

const at = '2026-01-31T08:00:00.000Z'
const until = '2026-01-31T08:10:00.000Z'
export const challengeId = 'ABCDEFGHIJKLMNOP'

export const enrolment = {
  code: encodeEnrolment({
    secret: Buffer.alloc(16, 1),
    fingerprint: fingerprintOf(Buffer.alloc(32, 7).toString('base64url')),
    pin: Buffer.alloc(32, 2),
    address: 'gate.example.org:8443',
    name: 'Contoso',
  }),
  expiresAt: '2026-02-01T08:00:00.000Z',
}
export const enrolled = { machineId: 'm-1', name: 'web-1', statement: 'eyJhbGciOiJFZERTQSJ9.e30.c2lnbmF0dXJl' }
export const agentReport = {
  hostName: 'web-1',
  os: 'linux',
  osVersion: 'Debian 13',
  agentVersion: '3.0.0',
  addresses: ['192.0.2.20'],
  hostKeys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g'],
  signedIn: [{ user: 'ben', terminal: 'tty1' }],
  jitUsers: [],
  userExists: false,
  selfDisabled: false,
} as const
const jitAdmin = { enabled: true, userName: 'jit-admin', afterSignOut: 'delete', title: 'Contoso help desk' } as const
export const agentOrders = { version: 'n4bQgYhMfWWaL-qgxVrQFa', jitAdmin, end: [] }
export const createChallenge = { service: 'ssh', asked: 'jit-admin', from: '192.0.2.7', terminal: 'ssh', signedIn: ['ben'] } as const
export const createdChallenge = {
  id: challengeId,
  text: encodeChallenge(Buffer.alloc(8, 1), Buffer.alloc(10, 2), Buffer.alloc(16, 3)),
  shortCode: toShortCode(challengeId),
  number: '47',
  expiresAt: until,
  userName: 'jit-admin',
  title: 'Contoso help desk',
  afterSignOut: 'delete',
} as const
export const agentChallenge = {
  id: challengeId,
  state: 'approved',
  session: { userName: 'jit-admin', afterSignOut: 'delete', adminUntil: '2026-01-31T09:00:00.000Z', approvedBy: 'Ana Example' },
} as const
export const challenge = {
  display: {
    id: challengeId,
    machine: { id: 'm-1', name: 'web-1', site: 'Contoso / Bern', address: 'web-1.bern.example.org', os: 'linux' },
    service: 'ssh',
    userName: 'jit-admin',
    user: 'creates',
    afterSignOut: 'delete',
    asked: 'jit-admin',
    from: '192.0.2.7',
    terminal: 'ssh',
    signedIn: ['ben'],
    createdAt: at,
    expiresAt: until,
    binding: { kind: 'yours', grantId: 'g-1' },
  },
  state: 'pending',
  remainingMs: 540_000,
  triesLeft: 3,
} as const
export const signIn = {
  id: challengeId,
  service: 'ssh',
  userName: 'jit-admin',
  asked: 'jit-admin',
  from: '192.0.2.7',
  state: 'ended',
  createdAt: at,
  succeededAt: '2026-01-31T08:01:00.000Z',
  endedAt: '2026-01-31T08:30:00.000Z',
  authenticatedBy: 'Ana Example',
} as const
