/** Whether a console believes that it talks to its gateway: real TLS servers with other keys, other names and other days. */
import { createHash, createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer as createPlain } from 'node:http'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { ownTlsIdentity } from '../../../gateway/daemon/tlsIdentity.ts'
import { judgeCertificate } from '../../../main/providers/gateway/pinnedTls.ts'
import { joinAsAda, startTeam } from './daemonFixture.ts'

const day = 24 * 3600 * 1000
const nowMs = Date.parse('2030-01-02T03:04:05.000Z')

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'gatehouse-tls-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

const pinsOf = ({ pins }: { pins: Buffer[] }) => pins.map((pin) => pin.toString('base64url'))

describe("the gateway's own certificate", () => {
  test('is made once, for its address, with a key that its owner alone can read', async () => {
    const at = folder()
    const made = await ownTlsIdentity(at, 'gate.example.org', nowMs)
    const certificate = new X509Certificate(made.certificate)
    expect(certificate.checkHost('gate.example.org')).toBe('gate.example.org')
    expect(certificate.checkHost('evil.example.org')).toBeUndefined()
    expect(certificate.verify(certificate.publicKey)).toBe(true)
    expect(await ownTlsIdentity(at, 'gate.example.org', nowMs + day)).toEqual(made)
    for (const name of ['tls-key.pem', 'tls-next-key.pem']) expect(statSync(join(at, name)).mode & 0o077, name).toBe(0)
  })

  test('is made again for another address, with the same key', async () => {
    const at = folder()
    const made = await ownTlsIdentity(at, 'gate.example.org', nowMs)
    const moved = await ownTlsIdentity(at, '192.0.2.7', nowMs)
    expect(new X509Certificate(moved.certificate).checkIP('192.0.2.7')).toBe('192.0.2.7')
    expect(pinsOf(moved)).toEqual(pinsOf(made))
  })

  test('F-99: is renewed with the key whose pin was told ahead', async () => {
    const at = folder()
    const made = await ownTlsIdentity(at, 'gate.example.org', nowMs)
    const renewed = await ownTlsIdentity(at, 'gate.example.org', nowMs + 380 * day)
    expect(pinsOf(renewed)[0]).toBe(pinsOf(made)[1])
    expect(pinsOf(renewed)[1]).not.toBe(pinsOf(made)[0])
    const certificate = new X509Certificate(renewed.certificate)
    expect(judgeCertificate(certificate, 'gate.example.org', pinsOf(made), nowMs + 381 * day)).toBeUndefined()
  })

  test('F-99: is renewed for the same keys where other gateways have them too', async () => {
    const at = folder()
    const made = await ownTlsIdentity(at, 'gate.example.org', nowMs, true)
    const renewed = await ownTlsIdentity(at, 'gate.example.org', nowMs + 380 * day, true)
    expect(pinsOf(renewed)).toEqual(pinsOf(made))
    const certificate = new X509Certificate(renewed.certificate)
    expect(judgeCertificate(certificate, 'gate.example.org', pinsOf(made).slice(0, 1), nowMs + 700 * day)).toBeUndefined()
    expect(await ownTlsIdentity(at, 'gate.example.org', nowMs + 381 * day, true)).toEqual(renewed)
  })

  test('F-99: a stop in the middle of a renewal leaves a gateway that starts', async () => {
    const at = folder()
    const made = await ownTlsIdentity(at, 'gate.example.org', nowMs)
    // Its next key has taken the place of the first, and that is all that was done.
    writeFileSync(join(at, 'tls-key.pem'), readFileSync(join(at, 'tls-next-key.pem')))
    rmSync(join(at, 'tls-next-key.pem'))
    const started = await ownTlsIdentity(at, 'gate.example.org', nowMs)
    expect(pinsOf(started)[0]).toBe(pinsOf(made)[1])
    expect(new X509Certificate(started.certificate).checkPrivateKey(createPrivateKey(started.key))).toBe(true)
  })
})

describe('F-99: a certificate', () => {
  test.each([
    ['of another key', 'gate.example.org', 0, ['A'.repeat(43)], 'otherKey'],
    ['that has run out', 'gate.example.org', 398, undefined, 'expired'],
    ['that is not valid yet', 'gate.example.org', -2, undefined, 'notYetValid'],
    ['for another name', 'other.example.org', 0, undefined, 'otherName'],
    ['for a name where an address is asked for', '192.0.2.7', 0, undefined, 'otherName'],
    ['that is good', 'gate.example.org', 0, undefined, undefined],
  ])('%s', async (_what, host, days, pins, problem) => {
    const own = await ownTlsIdentity(folder(), 'gate.example.org', nowMs)
    expect(judgeCertificate(new X509Certificate(own.certificate), host, pins ?? pinsOf(own), nowMs + days * day)).toBe(problem)
  })
})

describe('a console that joined', () => {
  test('F-98, F-99: sends nothing to a gateway that shows another key, and offers no way on', async () => {
    const team = await startTeam()
    const ada = await joinAsAda(team)
    await team.daemon.stop()
    const other = await ownTlsIdentity(folder(), '127.0.0.1', Date.now())
    const heard: string[] = []
    const impostor = createServer({ key: other.key, cert: other.certificate }, (request, response) => {
      heard.push(request.url ?? '')
      response.end('{}')
    })
    await new Promise<void>((resolve) => void impostor.listen(team.port, '127.0.0.1', resolve))
    const failure = await vi.waitFor(async () => {
      const got = await ada.refusal('account.people', { gatewayId: ada.gatewayId })
      if (got.tag === 'offline') throw new Error('not yet')
      return got
    })
    expect(failure).toEqual({ tag: 'gatewayUntrusted', provider: ada.gatewayId, problem: 'otherKey' })
    expect(heard).toEqual([])
    const { gateways } = await ada.call('account.gateways', {})
    expect(gateways.find(({ isDesk }) => !isDesk)?.state).toBe('untrusted')
    impostor.closeAllConnections()
    await new Promise((resolve) => void impostor.close(resolve))
    await team.restart()
  })

  test('F-99: knows the gateway after its planned change of keys', async () => {
    const team = await startTeam()
    const ada = await joinAsAda(team)
    const keyBefore = spkiOf(join(team.folder, 'tls-key.pem'))
    // The pin of the next key has been told with the first answer. Nothing is left of the first.
    rmSync(join(team.folder, 'tls-certificate.pem'))
    writeFileSync(join(team.folder, 'tls-key.pem'), readFileSync(join(team.folder, 'tls-next-key.pem')))
    rmSync(join(team.folder, 'tls-next-key.pem'))
    await team.restart()
    expect(spkiOf(join(team.folder, 'tls-key.pem'))).not.toBe(keyBefore)
    await vi.waitFor(async () => void (await ada.call('account.people', { gatewayId: ada.gatewayId })), { timeout: 5000 })
  })

  test('F-94, F-96: takes a port that speaks no TLS, and nothing at all, for offline', async () => {
    const team = await startTeam()
    const ada = await joinAsAda(team)
    await team.daemon.stop()
    const offline = (why: string) => ({ tag: 'offline', provider: ada.gatewayId, why })
    expect(await ada.refusal('account.people', { gatewayId: ada.gatewayId })).toEqual(offline('refused'))
    const plain = createPlain((_request, response) => response.end('<html>Please sign in</html>'))
    await new Promise<void>((resolve) => void plain.listen(team.port, '127.0.0.1', resolve))
    expect(await ada.refusal('account.people', { gatewayId: ada.gatewayId })).toEqual(offline('notTls'))
    plain.closeAllConnections()
    await new Promise((resolve) => void plain.close(resolve))
    await team.restart()
  })
})

function spkiOf(path: string): string {
  return createHash('sha256')
    .update(createPublicKey(readFileSync(path)).export({ type: 'spki', format: 'der' }))
    .digest('hex')
}
