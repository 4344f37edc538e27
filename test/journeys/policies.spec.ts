/** Somebody sets up a company: rules for all, an exception at a site, and what a machine has then and from where (POL-1 … POL-6). */
import type { Page } from '@playwright/test'
import { words as en } from '../../renderer/words/en.ts'
import { faultsOf } from './accessibility.ts'
import { expect, test } from './fixture.ts'

const policies = en.policies

async function begin(page: Page): Promise<void> {
  await page.evaluate(() => window.gatehouse.call('settings.change', { language: 'en', theme: 'light', welcomed: true }))
  await expect(page.locator('[data-view=machines]')).toBeVisible()
}

/** Machines through the door, as the window would add them. */
async function addMachines(page: Page, machines: readonly { name: string; site: string; os: 'linux' | 'windows' }[]): Promise<void> {
  const results = await page.evaluate(async (all) => {
    const replies = []
    for (const [index, machine] of all.entries()) {
      const input = { ...machine, address: `10.0.0.${index + 1}`, tags: [], turnOnJit: false }
      replies.push(await window.gatehouse.call('machines.add', input))
    }
    return replies
  }, machines)
  expect(results.filter(({ ok }) => !ok)).toEqual([])
}

const setting = (page: Page, name: string) => page.getByRole('region', { name, exact: true })
const linux = policies.view.rulesOf.replace('{{os}}', en.machines.os.linux)

/** Mantine's segmented control: its radio is under its label. */
const setHere = (page: Page, name: string) => setting(page, name).getByText(policies.view.here, { exact: true }).click()

async function review(page: Page) {
  await page.locator('[data-review]').click()
  const dialog = page.getByRole('dialog', { name: policies.review.title })
  await expect(dialog).toBeVisible()
  return dialog
}

async function save(page: Page): Promise<void> {
  const dialog = await review(page)
  await dialog.locator('[data-save-policy]').click()
  await expect(dialog).toBeHidden()
}

async function pickMachine(page: Page, name: string): Promise<void> {
  await page.getByRole('combobox', { name: policies.tree.machine }).fill(name)
  await page.getByRole('option', { name }).click()
}

test.beforeEach(async ({ page }) => {
  await begin(page)
  await addMachines(page, [
    { name: 'web-bern', site: 'Contoso / Bern', os: 'linux' },
    { name: 'web-ulm', site: 'Contoso / Ulm', os: 'linux' },
    { name: 'term-ulm', site: 'Contoso / Ulm', os: 'windows' },
  ])
  await page.locator('[data-place=policies]').click()
  await expect(page.getByRole('heading', { name: policies.view.title, level: 1 })).toBeVisible()
})

test('rules of the company reach its machines, a site says otherwise, and each answer tells where it came from', async ({ page }) => {
  await expect(page.locator('[data-level="desk:company"]')).toContainText('0/3')
  await setHere(page, linux)
  await expect(setting(page, linux)).toContainText('22 SSH')
  const dialog = await review(page)
  await expect(dialog).toContainText(policies.review.turnedOn_other.replace('{{count}}', '2'))
  expect(await faultsOf(page, 'policies')).toEqual([])
  await dialog.locator('[data-save-policy]').click()
  await expect(dialog).toBeHidden()
  await expect(page.locator('[data-level="desk:company"]')).toContainText('2/3')

  await pickMachine(page, 'web-bern')
  const machineRules = setting(page, policies.view.rulesMachine_one)
  await expect(machineRules).toContainText('22 SSH')
  await expect(machineRules).toContainText(policies.view.fromCompany)

  await page.locator('[data-level="desk:site:Contoso / Bern"]').click()
  await setHere(page, policies.view.approval.title)
  await setting(page, policies.view.approval.title).getByText(policies.view.approval.twoApprovers, { exact: true }).click()
  await expect(page.locator('[data-changes="1"]')).toBeVisible()
  await save(page)

  await pickMachine(page, 'web-bern')
  const approval = setting(page, policies.view.approval.title)
  await expect(approval).toContainText(policies.view.approval.twoApprovers)
  await expect(approval).toContainText('Contoso / Bern')
  await pickMachine(page, 'web-ulm')
  await expect(setting(page, policies.view.approval.title)).toContainText(policies.view.approval.automatic)
  expect(await faultsOf(page, 'policies')).toEqual([])
})

test('POL-4: a built-in account is refused with the reason, and another name is saved only after a question', async ({ page }) => {
  const admin = setting(page, policies.view.jitAdmin.title)
  await setHere(page, policies.view.jitAdmin.title)
  await admin.getByLabel(policies.view.jitAdmin.enabled).check({ force: true })
  const name = admin.getByLabel(policies.view.jitAdmin.userName)
  for (const reserved of ['Administrator', '~0000AEAdmin']) {
    await name.fill(reserved)
    await expect(admin.getByText(en.failures.invalidInput.problems.nameReserved)).toBeVisible()
    await expect(page.locator('[data-review]')).toBeDisabled()
  }
  await name.fill('helpdesk')
  await expect(admin.getByText(en.failures.invalidInput.problems.nameReserved)).toBeHidden()
  const dialog = await review(page)
  await expect(dialog).toContainText(policies.review.mayOverwrite)
  await expect(dialog.locator('[data-save-policy]')).toBeDisabled()
  await dialog.getByLabel(policies.review.confirmOverwrite).check()
  await dialog.locator('[data-save-policy]').click()
  await expect(dialog).toBeHidden()
  await pickMachine(page, 'term-ulm')
  await expect(setting(page, policies.view.jitAdmin.title)).toContainText('helpdesk')
})

test('POL-4: a transparent logo becomes white, is kept, and is shown as it will be', async ({ page }) => {
  const admin = setting(page, policies.view.jitAdmin.title)
  await setHere(page, policies.view.jitAdmin.title)
  const transparent = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(40, 20)
    canvas.getContext('2d')?.fillRect(0, 0, 10, 20)
    const blob = await canvas.convertToBlob()
    return Array.from(new Uint8Array(await blob.arrayBuffer()))
  })
  const input = admin.locator('input[type=file]')
  await input.setInputFiles({ name: 'logo.png', mimeType: 'image/png', buffer: Buffer.from(transparent) })
  const picture = admin.getByRole('img', { name: policies.view.jitAdmin.logo })
  await expect(picture).toBeVisible()
  const corner = await picture.evaluate(async (img) => {
    if (!(img instanceof HTMLImageElement)) return []
    await img.decode()
    const canvas = new OffscreenCanvas(40, 20)
    const drawing = canvas.getContext('2d')
    drawing?.drawImage(img, 0, 0)
    return Array.from(drawing?.getImageData(39, 19, 1, 1).data ?? [])
  })
  expect(corner).toEqual([255, 255, 255, 255])
  await input.setInputFiles({ name: 'logo.png', mimeType: 'image/png', buffer: Buffer.from('RIFF____WEBPVP8 ') })
  await expect(admin.getByText(policies.view.logoProblem.format)).toBeVisible()
})

test('somebody else is faster: their change is shown, the draft is kept, and nothing of theirs is lost unseen', async ({ page }) => {
  await setHere(page, linux)
  await expect(page.locator('[data-changes="1"]')).toBeVisible()
  const reply = await page.evaluate(() =>
    window.gatehouse.call('policies.change', { levels: [{ level: 'desk:company', version: 0 }], patch: { approval: 'oneApprover' } }),
  )
  expect(reply.ok).toBe(true)
  await expect(page.getByText(policies.bar.overtaken)).toBeVisible()
  await expect(page.locator('[data-review]')).toBeDisabled()
  await page.getByRole('button', { name: policies.bar.rebase }).click()
  await save(page)
  const detail = await page.evaluate(() => window.gatehouse.call('policies.get', { level: 'desk:company' }))
  expect(detail).toMatchObject({ ok: true, value: { settings: { approval: 'oneApprover', rules: { linux: [{ port: 22 }] } } } })
})

test('POL-1: rules for several machines at once, from the list', async ({ page }) => {
  await page.locator('[data-place=machines]').click()
  await page
    .locator('.tabLabel')
    .filter({ hasText: new RegExp(`^${en.machines.tabs.notConfigured}`, 'u') })
    .click()
  for (const name of ['web-bern', 'web-ulm']) await page.locator('.machineRow').filter({ hasText: name }).locator('input').check()
  await page.locator('[data-bulk-policy]').click()
  await setHere(page, policies.view.rulesMachine_other)
  const dialog = await review(page)
  await expect(dialog).toContainText(policies.review.turnedOn_other.replace('{{count}}', '2'))
  await dialog.locator('[data-save-policy]').click()
  await expect(dialog).toBeHidden()
  await expect(page.locator('[data-level="desk:company"]')).toContainText('2/3')
})
