/**
 * A technician with an Azure tenant (a stand-in of it): signs in, turns JIT on, connects through the port that was opened for it, sees the window end
 * and stays inside; and the tenant goes without a trace.
 */
import { connect } from 'node:net'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { words as en } from '../../renderer/words/en.ts'
import { faultsOf } from './accessibility.ts'
import { type AzureDesk, startAzureDesk } from './azureParts.ts'
import { expect, test } from './fixture.ts'

let desk: AzureDesk
/** Kim is in two tenants. */
const tenants = [
  { tenantId: '11111111-1111-4111-8111-111111111111', name: 'Contoso', domain: 'contoso.example' },
  { tenantId: '22222222-2222-4222-8222-222222222222', name: 'Fabrikam', domain: 'fabrikam.example' },
]
test.beforeEach(async () => {
  const inTwo = test.info().title.includes('two tenants')
  desk = await startAzureDesk(inTwo ? { tenants } : {})
  await desk.console.page.evaluate(() =>
    window.gatehouse.call('settings.change', { language: 'en', ssh: { where: 'tab', useAgent: false, keyFiles: [] } }),
  )
})
test.afterEach(async () => {
  const info = test.info()
  if (info.status !== info.expectedStatus) {
    await info.attach('output', { body: desk.console.output(), contentType: 'text/plain' })
    await desk.console.page.screenshot({ path: info.outputPath('window.png') }).catch(() => undefined)
  }
  await desk.stop()
})

const row = (page: Page, name: string) => page.locator('.machineRow').filter({ hasText: name })
const tab = (page: Page, name: string) => page.getByRole('radiogroup').getByText(name, { exact: false }).first().click()
const picture = async (page: Page, name: string): Promise<void> => {
  if (process.env['GATEHOUSE_PICTURES'] === undefined) return
  await page.waitForTimeout(300)
  await page.screenshot({ path: path.join(process.env['GATEHOUSE_PICTURES'], `${name}.png`) })
}

async function signIn({ console: { page }, azure, openedPage }: AzureDesk): Promise<void> {
  await page.getByRole('button', { name: en.welcome.azure.title }).click()
  const dialog = page.getByRole('dialog', { name: en.azure.signIn.title })
  await dialog.locator('[data-start-sign-in]').click()
  await expect(dialog.locator('[data-sign-in=browser]')).toBeVisible()
  await expect.poll(openedPage).toBeDefined()
  expect(await faultsOf(page, 'signing in')).toEqual([])
  await picture(page, 'azure-1-browser')
  await azure.browse(openedPage() ?? '')
  await expect(dialog).toBeHidden()
}

/** Shows what would be sent, and sends it. */
async function turnOn(page: Page): Promise<void> {
  await tab(page, en.machines.tabs.notConfigured)
  await row(page, 'web-1').locator('.deed').click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.locator('[data-line=added]').filter({ hasText: 'web-1' })).toBeVisible()
  await expect(dialog.locator('[data-line=removed]').filter({ hasText: 'db-1' })).toHaveCount(0)
  await expect(dialog).toContainText(en.azure.policy.others_one.replace('{{count}}', '1'))
  expect(await faultsOf(page, 'the review')).toEqual([])
  await picture(page, 'azure-2-review')
  await dialog.locator('[data-send-policy]').click()
  await expect(dialog).toBeHidden()
  await tab(page, en.machines.tabs.configured)
  await expect(row(page, 'web-1')).toBeVisible()
}

/** Answers what is asked after a click on Connect. */
async function enterByPassword({ console: { page }, sshd }: AzureDesk): Promise<void> {
  const attempt = page.locator('[data-attempt]')
  await expect(attempt.getByText(sshd.hostKeyFingerprint)).toBeVisible({ timeout: 20_000 })
  await attempt.getByRole('button', { name: 'Trust and connect' }).click()
  await attempt.getByLabel('User name').fill(sshd.user)
  await attempt.getByLabel('User name').press('Enter')
  await attempt.getByLabel('Password', { exact: true }).fill(sshd.password)
  await attempt.getByLabel('Password', { exact: true }).press('Enter')
  await expect(page.locator('[data-terminal]')).toContainText('gatehouse$')
}

function isLetIn(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(22, host)
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

test('sign in, turn JIT on, one click to a prompt, and the end of the window leaves the session', async () => {
  test.setTimeout(150_000)
  const { console: gatehouse, azure, address } = desk
  const { page } = gatehouse
  await signIn(desk)
  await turnOn(page)
  await picture(page, 'azure-3-configured')
  const policy = [...azure.world.policies.values()][0]
  expect(policy?.properties.virtualMachines.map(({ id }) => id.split('/').at(-1))).toEqual(['db-1', 'web-1'])

  // A short window, as chosen the last time, so that its end is soon.
  await page.evaluate(async () => {
    const found = await window.gatehouse.call('machines.list', {
      tab: 'configured',
      search: 'web-1',
      sort: 'name',
      descending: false,
      offset: 0,
      limit: 1,
    })
    const machineId = found.ok ? (found.value.rows[0]?.id ?? '') : ''
    await window.gatehouse.call('settings.choose', { machineId, choices: { durationMs: 40_000 } })
  })
  expect(await isLetIn(address)).toBe(false)
  await row(page, 'web-1').locator('.deed').click()
  await enterByPassword(desk)
  await picture(page, 'azure-4-prompt')
  expect(azure.initiations).toHaveLength(1)

  await page.locator('[data-place=access]').click()
  const grant = page.locator('[data-grant][data-state=open]')
  await expect(grant).toContainText('reconnect until')
  await expect(grant.locator('[data-no-release]')).toContainText(en.grants.noRelease.stays)
  await expect(grant.locator('[data-release]')).toHaveCount(0)
  expect(await faultsOf(page, 'the open window')).toEqual([])
  await picture(page, 'azure-5-access')

  await expect(page.locator('[data-grant][data-state=closed]')).toContainText(en.grants.closed.expired, { timeout: 60_000 })
  await expect.poll(() => isLetIn(address)).toBe(false)
  await picture(page, 'azure-6-ended')
  await page.locator('[data-tabs] [role=tab]').first().click()
  await page.locator('[data-terminal] .xterm').click()
  await page.keyboard.type('echo still-$((6*7))')
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-terminal]')).toContainText('still-42')

  // The next morning: nobody signs in again, and Azure's own log has come in.
  azure.clock.pass(10 * 60_000)
  const morning = await desk.restart()
  await expect(row(morning, 'web-1')).toBeVisible()
  await morning.locator('[data-place=audit]').click()
  const event = morning.locator('.auditRow').filter({ hasText: en.audit.actions.grant.requested }).filter({ hasText: 'web-1' })
  await expect(event).toContainText('kim@contoso.example', { timeout: 20_000 })
  await event.click()
  const panel = morning.locator('[data-audit-event]')
  await expect(panel.locator('[data-proof]')).toContainText(en.audit.log.azure)
  await expect(panel).toContainText(en.audit.facts.clientRequestId)
  await expect(morning.locator('[data-log^=az]')).toContainText(en.audit.log.unprovable)
  await expect(morning.locator('.auditRow').filter({ hasText: en.audit.actions.session.started })).toHaveCount(1)
  expect(await faultsOf(morning, 'the activity')).toEqual([])
  await picture(morning, 'azure-8-activity')
  expect(azure.initiations).toHaveLength(1)
  expect(azure.violations).toEqual([])
})

test('the tenant tells what is missing, and signing out leaves nothing of it', async () => {
  test.setTimeout(90_000)
  const { console: gatehouse, azure } = desk
  const { page, dataFolder } = gatehouse
  azure.settings.permissions = [
    { actions: ['*/read', 'Microsoft.Security/locations/jitNetworkAccessPolicies/initiate/action'], notActions: [] },
  ]
  await signIn(desk)
  await expect(row(page, 'db-1')).toBeVisible()
  await page.locator('[data-place=settings]').click()
  await page.locator('[data-doctor]').click()
  const doctor = page.getByRole('dialog')
  await expect(doctor.locator('[data-purpose=changePolicies]')).toContainText('Microsoft.Security/locations/jitNetworkAccessPolicies/write')
  await expect(doctor.locator('[data-purpose=request]')).toHaveCount(0)
  await expect(doctor.locator('[data-role]')).toContainText('initiate/action')
  expect(await faultsOf(page, 'the permissions')).toEqual([])
  await picture(page, 'azure-7-doctor')
  await page.keyboard.press('Escape')

  await page.locator('[data-tenant] button[aria-haspopup=menu]').click()
  await page.getByRole('menuitem', { name: en.azure.signOut }).click()
  await page.getByRole('dialog').locator('[data-sign-out]').click()
  await expect(page.locator('[data-tenant]')).toHaveCount(0)
  await page.locator('[data-place=machines]').click()
  await expect(page.locator('.machineRow')).toHaveCount(0)
  const kept = readdirSync(dataFolder).filter((file) => file.startsWith('azure') && file !== 'azure-cloud.json')
  expect(kept).toEqual(['azure-tenants.json'])
  expect(JSON.parse(readFileSync(path.join(dataFolder, 'azure-tenants.json'), 'utf8'))).toEqual([])
})

test('a code on another device, and one of two tenants; what Microsoft refuses is told with a way back', async () => {
  test.setTimeout(90_000)
  const { console: gatehouse, azure } = desk
  const { page } = gatehouse
  await page.getByRole('button', { name: en.welcome.azure.title }).click()
  const dialog = page.getByRole('dialog', { name: en.azure.signIn.title })
  await dialog.getByLabel(en.azure.signIn.deviceCode).check()
  await dialog.locator('[data-start-sign-in]').click()
  const code = await dialog.locator('[data-user-code]').innerText()
  expect(await faultsOf(page, 'the code')).toEqual([])
  azure.authority.device.answer(code, false)
  await expect(dialog.locator('[data-sign-in=failed]')).toBeVisible({ timeout: 20_000 })
  expect(await faultsOf(page, 'the refusal')).toEqual([])
  await picture(page, 'azure-9-refused')
  await dialog.getByRole('button', { name: en.azure.signIn.back }).click()
  await expect(dialog.getByLabel(en.azure.signIn.deviceCode)).toBeChecked()

  await dialog.locator('[data-start-sign-in]').click()
  await expect(dialog.locator('[data-user-code]')).not.toHaveText(code)
  azure.authority.device.answer(await dialog.locator('[data-user-code]').innerText(), true)
  await dialog.locator('[data-tenant-choice="22222222-2222-4222-8222-222222222222"]').check({ timeout: 20_000 })
  expect(await faultsOf(page, 'the choice')).toEqual([])
  await picture(page, 'azure-10-choice')
  await dialog.locator('[data-use-tenant]').click()
  await expect(dialog).toBeHidden()
  await page.locator('[data-place=settings]').click()
  await expect(page.locator('[data-tenant]')).toContainText('Fabrikam')
  await expect(page.locator('[data-tenant]')).toContainText('kim@contoso.example')
})

test('three machines in one click, one behind a firewall: a colleague’s window is told before, and each policy is asked once', async () => {
  test.setTimeout(120_000)
  const { console: gatehouse, azure, sshd } = desk
  const { page } = gatehouse
  const target = { 22: { host: sshd.address, port: sshd.port } }
  const [policy] = azure.world.policies.values()
  const second = azure.addVm({ name: 'db-2', publicIp: '127.0.77.7', targets: target })
  const [first] = policy?.properties.virtualMachines ?? []
  if (!policy || !first) throw new Error('the stand-in has no policy')
  policy.properties.virtualMachines.push({ ...first, id: second.id })
  azure.addPolicy([azure.addVm({ name: 'fw-1', resourceGroup: 'rg-walled', firewall: { publicIp: '127.0.77.8' }, targets: target }).id])
  const port = { number: 22, status: 'Initiated', statusReason: 'UserRequested', allowedSourceAddressPrefix: '192.0.2.4' }
  policy.properties.requests = [
    {
      virtualMachines: [{ id: first.id, ports: [{ ...port, endTimeUtc: new Date(Date.now() + 30 * 60_000).toISOString() }] }],
      startTimeUtc: new Date(Date.now() - 60_000).toISOString(),
      requestor: 'lee@contoso.example',
    },
  ]
  await signIn(desk)
  for (const name of ['db-1', 'db-2', 'fw-1']) await row(page, name).locator('input').click()
  await page.locator('.bulkBar').getByRole('button', { name: en.machines.menu.request }).click()
  const form = page.getByRole('dialog')
  // It is nothing that Kim has open.
  await expect(page.locator('[data-place=access]')).toHaveText(en.common.views.access)
  await expect(form.locator('[data-open-for="lee@contoso.example"]')).toHaveCount(1)
  await expect(form.locator('[data-open-for="lee@contoso.example"]')).toContainText('In Azure yours would take its place')
  await form.getByLabel(en.grants.request.reason).fill('patch day')
  expect(await faultsOf(page, 'the form')).toEqual([])
  await picture(page, 'azure-11-form')
  await form.getByRole('button', { name: en.grants.request.send }).click()
  await expect(form.locator('[data-result=ok]')).toHaveCount(3)
  await picture(page, 'azure-12-results')
  expect(azure.initiations.map(({ vmIds }) => vmIds.length).toSorted((one, other) => one - other)).toEqual([1, 2])
  expect(azure.initiations.map(({ justification }) => justification)).toEqual(['patch day', 'patch day'])
  await form.getByRole('button', { name: en.grants.request.toAccess }).click()
  const walled = page.locator('[data-grant][data-state=open]').filter({ hasText: 'fw-1' })
  await expect(walled).toBeVisible({ timeout: 20_000 })
  await walled.locator('[data-connect]').click()
  await enterByPassword(desk)
  expect(azure.initiations).toHaveLength(2)
  expect(azure.violations).toEqual([])
})
