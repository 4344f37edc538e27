/** An Azure for journeys: the stand-in with a virtual machine whose sshd is real, and a console that finds it in the place of the real one. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { type FakeAzure, type FakeAzureOptions, startAzure } from '../fakes/azure/azure.ts'
import { type Keyring, startKeyring } from '../real/parts/keyring.ts'
import { startSshd, type Sshd } from '../real/parts/sshd.ts'
import { type Console, startConsole } from './fixture.ts'

/** Loopback addresses that only these virtual machines have. */
const addresses = { web: '127.0.77.5', db: '127.0.77.6' }

export interface AzureDesk {
  azure: FakeAzure
  sshd: Sshd
  /** The one that runs now. */
  readonly console: Console
  /** The console is closed and started again, as the next morning. */
  restart(): Promise<Page>
  /** The address of the virtual machine that can be connected to. */
  address: string
  /** The page that the console opened in the system's browser, once. */
  openedPage: () => string | undefined
  stop(): Promise<void>
}

/** One subscription with two machines: `web-1` without JIT, and `db-1` with it, in the policy that `web-1` will come into. */
export async function startAzureDesk(options: FakeAzureOptions = {}): Promise<AzureDesk> {
  const [sshd, azure, keyring]: [Sshd, FakeAzure, Keyring] = await Promise.all([
    startSshd(),
    startAzure({ openAfterMs: 1500, ...options }),
    startKeyring(),
  ])
  azure.addSubscription({ name: 'Production' })
  azure.addVm({ name: 'web-1', publicIp: addresses.web, targets: { 22: { host: sshd.address, port: sshd.port } } })
  azure.addPolicy([azure.addVm({ name: 'db-1', publicIp: addresses.db }).id])
  const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-azure-'))
  writeFileSync(path.join(folder, 'azure-cloud.json'), JSON.stringify(azure.cloudFile))
  // The system's browser, for a person who signs in when the test says so.
  const page = path.join(folder, 'opened-page')
  const browser = path.join(folder, 'xdg-open')
  writeFileSync(browser, `#!/bin/sh\nprintf %s "$1" > '${page}.part' && mv '${page}.part' '${page}'\n`)
  chmodSync(browser, 0o755)
  const start = () => startConsole({ dataFolder: folder, env: { ...keyring.env, PATH: `${folder}:${process.env['PATH'] ?? ''}` } })
  let console = await start()
  return {
    azure,
    sshd,
    get console() {
      return console
    },
    async restart() {
      await console.quit()
      console = await start()
      return console.page
    },
    address: addresses.web,
    openedPage: () => (existsSync(page) ? readFileSync(page, 'utf8') : undefined),
    async stop() {
      await console.quit()
      await Promise.all([azure.stop(), sshd.stop(), keyring.stop()])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
