/** Every screen and dialog can be read by everybody: no fault that axe finds in either theme, nothing wider than the window, no button cut off. */
import type { Page } from '@playwright/test'
import type { Bridge } from '../../preload/contract.ts'
import { startSshd, type Sshd } from '../real/parts/sshd.ts'
import { words as de } from '../../renderer/words/de.ts'
import { faultsOf } from './accessibility.ts'
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

/** Looks at what is on the screen now, in both themes. */
async function look(page: Page, where: string): Promise<string[]> {
  const faults: string[] = []
  for (const theme of ['light', 'dark'] as const) {
    await page.evaluate((chosen) => window.gatehouse.call('settings.change', { theme: chosen }), theme)
    await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', theme)
    // Only colours are other ones in the dark.
    faults.push(...(await faultsOf(page, `${where}, ${theme}`, theme === 'light' ? {} : { onlyRules: ['color-contrast'] })))
  }
  faults.push(
    ...(
      await page.evaluate(() => {
        const wide =
          document.documentElement.scrollWidth > innerWidth ? [`the page is ${document.documentElement.scrollWidth} px wide`] : []
        const cut = [...document.querySelectorAll<HTMLElement>('button')]
          .filter((button) => button.checkVisibility() && button.innerText.trim() !== '' && !button.closest('.xterm, .tabName'))
          .filter((button) => {
            const label = button.querySelector<HTMLElement>('.mantine-Button-label') ?? button
            return label.scrollWidth > label.clientWidth + 1 && getComputedStyle(label).display !== 'inline'
          })
          .map((button) => `“${button.innerText}” is cut off`)
        const dialog = [...document.querySelectorAll<HTMLElement>('[role=dialog]')].at(-1)?.getBoundingClientRect()
        const out =
          dialog && (dialog.bottom > innerHeight + 1 || dialog.right > innerWidth + 1) ? ['the dialog is larger than the window'] : []
        return [...wide, ...cut, ...out]
      })
    ).map((fault) => `${where}: ${fault}`),
  )
  return faults
}

test('every screen and dialog in German at 1280×800, light and dark', async ({ page }) => {
  // Some forty looks at a second each, and more where other work is done beside it.
  test.setTimeout(240_000)
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.emulateMedia({ reducedMotion: 'reduce' })
  const faults: string[] = []
  const see = async (where: string) => faults.push(...(await look(page, where)))
  const dialog = page.getByRole('dialog').last()
  const go = (view: keyof typeof de.common.views) =>
    page.locator('[data-rail]').getByRole('button', { name: de.common.views[view] }).click()
  const away = async () => {
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toHaveCount(0)
  }

  await page.evaluate(() => window.gatehouse.call('settings.change', { language: 'de' }))
  await expect(page.getByRole('heading', { name: de.welcome.title })).toBeVisible()
  await see('welcome')
  await page.evaluate(
    async (given) => {
      await window.gatehouse.call('settings.change', { welcomed: true, ssh: { where: 'tab', useAgent: false, keyFiles: [] } })
      await window.gatehouse.call('machines.add', {
        name: 'an-app-server-with-a-rather-long-name.example.org',
        address: '10.0.4.20',
        os: 'windows',
        site: 'Contoso / Bern',
        tags: ['erp'],
        turnOnJit: false,
      })
      await window.gatehouse.call('machines.add', { ...given, os: 'linux', site: 'Contoso / Bern', tags: ['web'], turnOnJit: true })
    },
    { name: 'web-1', address: sshd.address, sshPort: sshd.port },
  )
  await page.locator('.machineTwist').click()
  await expect(page.locator('.overviewColumns')).toBeVisible()
  await see('list and overview')
  await page.locator('.mantine-SegmentedControl-label').nth(1).click()
  await expect(page.locator('.machineRow')).toContainText('an-app-server')
  await see('not configured')
  await page.locator('.mantine-SegmentedControl-label').nth(2).click()
  await expect(page.locator('.machineEmpty')).toBeVisible()
  await see('nothing')
  await page.locator('.mantine-SegmentedControl-label').nth(0).click()

  await page.getByRole('button', { name: de.machines.add.title }).click()
  await dialog.getByRole('button', { name: de.machines.add.more }).click()
  await see('add')
  await away()
  await page.getByRole('button', { name: de.machines.import.button }).click()
  await expect(dialog).toBeVisible()
  await see('import')
  await away()
  await page.locator('.machineRow').first().focus()
  await page.keyboard.press('i')
  await expect(dialog).toBeVisible()
  await see('details')
  await away()

  await page.locator('.deed').first().click()
  const attempt = page.locator('[data-attempt]')
  await expect(attempt.getByText(sshd.hostKeyFingerprint)).toBeVisible()
  await see('host key')
  await attempt.getByRole('button', { name: de.sessions.hostKey.trust }).click()
  await attempt.getByLabel(de.sessions.user.label).fill(sshd.user)
  await see('user')
  await page.keyboard.press('Enter')
  await expect(attempt.getByLabel(de.sessions.password.label, { exact: true })).toBeVisible()
  await see('password')
  await attempt.getByLabel(de.sessions.password.label, { exact: true }).fill(sshd.password)
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-terminal]')).toContainText('gatehouse$')
  await see('terminal')

  await go('access')
  await expect(page.locator('[data-grant]')).toBeVisible()
  await see('access')
  await page.locator('[data-grant] [aria-haspopup=menu]').last().click()
  await page.getByRole('menuitem', { name: de.grants.newRequest }).click()
  await expect(dialog.locator('[data-summary]')).toBeVisible()
  await see('request')
  await away()
  await go('audit')
  await expect(page.locator('.auditRow').first()).toBeVisible()
  await see('activity')
  await page
    .locator('.auditRow', { has: page.locator('.auditPort') })
    .first()
    .click()
  await expect(page.locator('[data-audit-event]')).toBeVisible()
  await see('event')
  await page.locator('[data-story]').click()
  await expect(page.locator('.storyEvent').first()).toBeVisible()
  await see('story')
  await page.locator('[data-story-back]').click()
  await page.locator('[data-chip=events] .chipName').click()
  await expect(page.locator('.facet').first()).toBeVisible()
  await see('filter')
  await away()
  await page.locator('[data-log]').first().click()
  await expect(dialog).toBeVisible()
  await see('shield')
  await away()
  await page.locator('[data-export-open]').click()
  await expect(dialog).toBeVisible()
  await see('export')
  await away()
  await go('settings')
  await expect(page.getByRole('heading', { name: de.settings.title, level: 1 })).toBeVisible()
  await see('settings')
  await page.keyboard.press('Control+k')
  await expect(page.getByPlaceholder(de.common.palette.placeholder)).toBeVisible()
  await see('palette')
  expect(faults).toEqual([])
})
