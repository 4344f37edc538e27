/** Makes the picture of the README: the real console with a made-up company in it. `node test/tour/portrait.ts` writes docs/pictures/console.png. */
import path from 'node:path'
import type { Page } from '@playwright/test'
import type { Bridge, MachineInput } from '../../preload/contract.ts'
import { startConsole } from '../journeys/fixture.ts'
import { startDisplay } from '../real/parts/display.ts'
import { startKeyring } from '../real/parts/keyring.ts'
import { startSshd } from '../real/parts/sshd.ts'
import { createDriver } from './driver.ts'

declare const gatehouse: Bridge

const company: [name: string, address: string, os: MachineInput['os'], site: string, tags: string[]][] = [
  ['ERP-APP-01', '10.20.4.11', 'windows', 'Contoso / Bern', ['erp']],
  ['ERP-DB-01', '10.20.4.12', 'linux', 'Contoso / Bern', ['erp', 'postgres']],
  ['FRONTDESK-07', '10.20.9.107', 'windows', 'Contoso / Bern', ['front desk']],
  ['build-runner-3', '10.31.0.23', 'linux', 'Contoso / Lausanne', ['ci']],
  ['cam-gateway', '10.31.7.2', 'linux', 'Contoso / Lausanne', []],
  ['LAB-PC-12', '10.31.9.12', 'windows', 'Contoso / Lausanne', ['lab']],
  ['mail-relay', '10.20.4.25', 'linux', 'Contoso / Bern', ['mail']],
  ['print-01', '10.20.4.31', 'windows', 'Contoso / Bern', []],
  ['warehouse-kiosk', '10.44.2.9', 'linux', 'Fabrikam / Olten', ['kiosk']],
  ['WH-OFFICE-02', '10.44.3.2', 'windows', 'Fabrikam / Olten', []],
]

async function add(page: Page, machine: MachineInput): Promise<void> {
  await page.evaluate((input) => gatehouse.call('machines.add', input), machine)
}

const display = await startDisplay({ width: 1280, height: 800 })
const keyring = await startKeyring()
const sshd = await startSshd()
const opened = await startConsole({ env: { ...keyring.env, DISPLAY: display.display, GATEHOUSE_HEADLESS: '0' } })
try {
  const { page } = opened
  const drive = createDriver(page)
  for (const [name, address, os, site, tags] of company) await add(page, { name, address, os, site, tags, turnOnJit: name !== 'print-01' })
  await add(page, {
    name: 'dc-01',
    address: '10.20.4.2',
    os: 'windows',
    site: 'Contoso / Bern',
    tags: [],
    facts: { domainController: true },
    turnOnJit: false,
  })
  await add(page, {
    name: 'web-01',
    address: sshd.address,
    os: 'linux',
    site: 'Contoso / Bern',
    tags: ['web'],
    sshPort: sshd.port,
    user: sshd.user,
    turnOnJit: true,
  })
  await page.getByRole('button', { name: 'Skip' }).click()
  await page.getByRole('button', { name: 'Connect: web-01' }).click()
  await drive.trust()
  await drive.password(sshd.password, false)
  await drive.terminalShows('gatehouse$')
  await drive.toMachines()
  await page.getByRole('button', { name: 'Overview of web-01' }).click()
  await page.waitForTimeout(1500)
  await page.screenshot({ path: path.join(import.meta.dirname, '../../docs/pictures/console.png') })
} finally {
  await opened.quit()
  await sshd.stop()
  await keyring.stop()
  await display.stop()
}
