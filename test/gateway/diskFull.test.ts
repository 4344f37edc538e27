import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Grant } from '../../gateway/api.ts'
import { createGateway } from '../../gateway/server.ts'
import { codeOf, echo, ended, openBench, startMachine, through } from './gatewayFixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'full-'))

/** A disk of its own is something that only an administrator can have. */
const isMounted = ((): boolean => {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'gatehouse-test', folder], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

test.skipIf(!isMounted)(
  'F-63, F-64: on a disk that is really full nothing new is opened, what ends is closed and written at once from the reserve, and room brings all back',
  async () => {
    const machine = await startMachine()
    const bench = await openBench()
    await bench.gateway.close()
    bench.gateway = await createGateway({ dataFolder: folder, clock: bench.clock })
    try {
      expect(statSync(join(folder, 'reserve')).size).toBe(1024 * 1024)
      const id = await bench.addMachine(machine.port)
      const grants: Grant[] = []
      for (let index = 0; index < 5; index += 1) grants.push(await bench.grant(id, machine.port))
      const [first] = grants
      if (first === undefined) throw new Error('there is no grant')
      const socket = await through(first)
      await echo(socket, 'x')
      const cut = ended(socket)
      fill()
      // What still finds room in the store's own files goes through; then nothing does.
      let refused = await bench.request(id, machine.port, { reason: 'x'.repeat(500) })
      for (let tries = 0; tries < 2000 && refused.status === 201; tries += 1) refused = await bench.request(id, machine.port)
      expect(codeOf(refused)).toBe('diskFull')
      for (const { id: grantId } of grants) {
        const released = await bench.ask('POST', `/v1/grants/${grantId}/release`, { why: 'released' })
        expect(released).toMatchObject({ status: 200, body: { state: 'closed', closeReason: 'released' } })
      }
      expect((await cut).how).toBe('ECONNRESET')
      expect(await bench.actions(`&grantId=${first.id}`)).toContain('gate.closed ok')
      rmSync(join(folder, 'filling'))
      expect((await bench.request(id, machine.port)).status).toBe(201)
      expect(statSync(join(folder, 'reserve')).size).toBe(1024 * 1024)
    } finally {
      await bench.close()
      await machine.close()
      execFileSync('umount', [folder])
      rmSync(folder, { recursive: true, force: true })
    }
  },
)

function fill(): void {
  let size = 16 * 1024 * 1024
  const path = join(folder, 'filling')
  for (let all = Buffer.alloc(0); size >= 4096;) {
    try {
      const more = Buffer.concat([all, Buffer.alloc(size)])
      writeFileSync(path, more)
      all = more
    } catch {
      writeFileSync(path, all)
      size = Math.floor(size / 2)
    }
  }
}
