/** What a technician comes to do: find a machine, click once, be inside; and what stops them, and what is left in the log. */
import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import type { Bridge } from '../../preload/contract.ts'
import { startSshd, type Sshd } from '../real/parts/sshd.ts'
import { expect, test } from './fixture.ts'

declare global {
  interface Window {
    readonly gatehouse: Bridge
  }
}

let sshd: Sshd
test.beforeAll(async () => {
  sshd = await startSshd()
})
test.afterAll(async () => {
  await sshd.stop()
})

/** A console that was used before: past the welcome, with one machine whose sshd is real. Keys are off, so that a password is asked for. */
async function prepare(page: Page): Promise<string> {
  const machine = { name: 'files-1', address: sshd.address, sshPort: sshd.port, user: sshd.user, turnOnJit: true }
  const machineId = await page.evaluate(async (given) => {
    const changed = await window.gatehouse.call('settings.change', {
      welcomed: true,
      language: 'en',
      ssh: { where: 'tab', useAgent: false, keyFiles: [] },
    })
    if (!changed.ok) throw new Error(changed.failure.tag)
    const added = await window.gatehouse.call('machines.add', { ...given, os: 'linux', site: 'Berlin', tags: [] })
    if (!added.ok) throw new Error(JSON.stringify(added.failure))
    return added.value.machineId
  }, machine)
  await expect(page.locator('[data-shell=ready]')).toBeVisible()
  return machineId
}

const dialog = (page: Page) => page.locator('[data-attempt]')

/** Clicks Connect in the list and answers what is asked until the prompt is there. */
async function connectWithPassword(page: Page): Promise<void> {
  await page.locator('.deed').first().click()
  await expect(dialog(page).getByText(sshd.hostKeyFingerprint)).toBeVisible()
  await dialog(page).getByRole('button', { name: 'Trust and connect' }).click()
  await answerSignIn(page)
  await expect(page.locator('[data-terminal]')).toContainText('gatehouse$')
}

/** The user name, where it is asked for, and the password. */
async function answerSignIn(page: Page): Promise<void> {
  const user = dialog(page).getByLabel('User name')
  const password = dialog(page).getByLabel('Password', { exact: true })
  await expect(user.or(password)).toBeVisible()
  if (await user.isVisible()) {
    await user.fill(sshd.user)
    await user.press('Enter')
  }
  await password.fill(sshd.password)
  await password.press('Enter')
}

async function type(page: Page, text: string): Promise<void> {
  await page.locator('[data-terminal] .xterm').click()
  await page.keyboard.type(text)
  await page.keyboard.press('Enter')
}

test('one click, the first host key, a password: a command runs, a second tab asks nothing, release cuts both', async ({ page }) => {
  await prepare(page)
  await connectWithPassword(page)
  await type(page, 'echo $((6*7))-inside')
  await expect(page.locator('[data-terminal]')).toContainText('42-inside')

  await page.locator('[data-rail] button').first().click()
  await page.locator('.deed').first().click()
  await expect(page.locator('[data-tabs] [role=tab]')).toHaveCount(2)
  await expect(page.locator('[data-terminal]')).toContainText('gatehouse$')

  // As somebody else: the name is asked for, though one is known.
  await page.locator('[data-rail] button').first().click()
  await page.locator('.deedMore').first().click()
  await page.locator('[data-as-other]').click()
  const attempt = page.locator('[data-attempt]')
  await expect(attempt.getByLabel('User name')).toHaveValue('')
  await attempt.getByRole('button', { name: 'Cancel' }).click()
  await expect(attempt).toHaveCount(0)
  await page.locator('[data-tabs] [role=tab]').last().click()

  await page.locator('[data-release]').click()
  await page.locator('[data-release-now]').click()
  await expect(page.locator('[data-end=grantEnded]')).toBeVisible()
  await expect(page.locator('.tab[data-ended=true]')).toHaveCount(2)
  // Nobody is left behind on the machine's side either.
  await expect
    .poll(() =>
      page.evaluate(async () => {
        const reply = await window.gatehouse.call('grants.list', {})
        return reply.ok ? reply.value.grants.map(({ state, closeReason }) => `${state} ${closeReason}`) : []
      }),
    )
    .toEqual(['closed released'])
})

test('F-47: a double click on Connect is one attempt and one request', async ({ page }) => {
  await prepare(page)
  await page.locator('.deed').first().dblclick()
  await expect(dialog(page)).toHaveCount(1)
  await expect(dialog(page).getByText(sshd.hostKeyFingerprint)).toBeVisible()
  const requests = () =>
    page.evaluate(async () => {
      const reply = await window.gatehouse.call('audit.list', { filter: { topics: ['grant.requested'] }, limit: 10 })
      return reply.ok ? reply.value.rows.length : -1
    })
  await expect.poll(requests).toBe(1)
  // A second one would have come with the first.
  await page.waitForTimeout(1000)
  expect(await requests()).toBe(1)
})

test('nothing is trusted by Enter, and a refused host key lets nobody in', async ({ page }) => {
  await prepare(page)
  await page.locator('.deed').first().click()
  await expect(dialog(page).getByText(sshd.hostKeyFingerprint)).toBeVisible()
  await page.keyboard.press('Enter')
  await dialog(page).getByLabel('Compare with…').fill('SHA256:AAAAmbu8sJt3sKMcJXnLXqBtDbm3pmbLfiGbFsjQj0bg')
  await expect(dialog(page).getByText('A different fingerprint. Do not connect.')).toBeVisible()
  await expect(dialog(page).getByRole('button', { name: 'Trust and connect' })).toBeDisabled()
  await page.keyboard.press('Enter')
  await dialog(page).getByRole('button', { name: 'Don’t connect' }).click()
  await expect(dialog(page).locator('[data-failure=identityRefused]')).toBeVisible()
  await expect(page.locator('[data-tabs] [role=tab]')).toHaveCount(0)
})

test('F-21: a changed host key is a red stop with both fingerprints and no way to accept', async ({ page }) => {
  await prepare(page)
  await connectWithPassword(page)
  const before = sshd.hostKeyFingerprint
  await page.locator('[data-release]').click()
  await page.locator('[data-release-now]').click()
  await expect(page.locator('[data-end]')).toBeVisible()
  await sshd.changeHostKey()
  await page.locator('[data-reconnect]').click()
  const stop = dialog(page).locator('[data-failure=identityChanged]')
  await expect(stop).toBeVisible()
  await expect(stop.locator('[data-fingerprint=expected]')).toHaveText(before)
  await expect(stop.locator('[data-fingerprint=shown]')).toHaveText(sshd.hostKeyFingerprint)
  await expect(dialog(page).getByRole('button')).toHaveText(['', 'Close', 'Show the machine'])
})

test('JIT that is off is turned on from the failed step, and connecting goes on', async ({ page }) => {
  const machineId = await prepare(page)
  await connectWithPassword(page)
  await page.evaluate((given) => window.gatehouse.call('policies.turnOff', { machineIds: [given] }), machineId)
  await expect(page.locator('[data-end]')).toBeVisible()
  await page.locator('[data-reconnect]').click()
  const failed = dialog(page).locator('[data-failure=jitOff]')
  await failed.getByRole('button').click()
  await answerSignIn(page)
  await expect(page.locator('[data-end]')).toHaveCount(0)
  await expect(page.locator('[data-tabs] [role=tab]')).toHaveCount(1)
  await expect(page.locator('[data-terminal]')).toContainText('gatehouse$')
})

test('the request form opens a port for a chosen time and says so before and after', async ({ page }) => {
  const machineId = await prepare(page)
  await page.evaluate(
    (given) =>
      window.gatehouse.call('grants.request', {
        idempotencyKey: crypto.randomUUID(),
        machines: [{ machineId: given.machineId, ports: [given.port] }],
        durationMs: 60_000,
        reason: 'first',
      }),
    { machineId, port: sshd.port },
  )
  await page.locator('[data-rail] button').nth(1).click()
  await page.locator('[data-grant] [aria-haspopup=menu]').last().click()
  await page.getByRole('menuitem', { name: 'Request access' }).click()
  const form = page.getByRole('dialog').locator('form')
  await form.getByText('30 min', { exact: true }).click()
  await form.getByLabel('Reason').fill('Ticket 4711')
  await expect(form.locator('[data-summary]')).toContainText(`port ${sshd.port} on 1 machine for your address, for 30 min`)
  await form.getByRole('button', { name: 'Request access' }).click()
  await expect(page.locator('[data-result=ok]')).toContainText('Open until')
  await page.getByRole('button', { name: 'Show access' }).click()
  const card = page.locator('[data-grant][data-state=open]').filter({ hasText: 'Ticket 4711' })
  await expect(card.locator('[role=timer]')).toHaveText(/^(?:30:00|29:\d\d)$/)
})

test('the activity tells it all in words, and the CSV holds it', async ({ page }) => {
  await prepare(page)
  await connectWithPassword(page)
  await page.locator('[data-rail] button').nth(2).click()
  for (const words of ['Session began', 'Host key trusted', 'Port opened', 'Access requested', 'Machine added']) {
    await expect(page.locator('.auditRow').filter({ hasText: words }).first()).toBeVisible()
  }
  await page.getByLabel('Search in activity').fill('Session')
  await page.locator('.auditRow').filter({ hasText: 'Session began' }).click()
  await expect(page.locator('[data-audit-event]')).toContainText(sshd.user)
  await page.keyboard.press('Escape')
  await page.getByLabel('Search in activity').fill('')
  await page.locator('[data-export-open]').click()
  await page.locator('[data-export-start]').click()
  await expect(page.locator('[data-export=done]')).toBeVisible()
  const path = await page.locator('[data-path]').innerText()
  const csv = await readFile(path.replaceAll(/[\u2066-\u2069]/g, ''), 'utf8')
  expect(csv).toContain('session.started')
  expect(csv).toContain('grant.requested')
})
