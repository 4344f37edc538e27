/** What a person does in the console's window, by the words that are on the screen. */
import type { Locator, Page } from '@playwright/test'

interface Machine {
  name: string
  address: string
  site: string
  os?: 'Windows'
  sshPort?: number
  rdpPort?: number
}

export function createDriver(page: Page) {
  const dialog = () => page.getByRole('dialog').last()
  const front = (): Locator => page.locator('[data-session-view]')

  /** Asks again until it holds; throws after the limit. */
  async function until(what: string, limitMs: number, ask: () => Promise<boolean>): Promise<void> {
    for (const startedAt = performance.now(); !(await ask()); await page.waitForTimeout(250)) {
      if (performance.now() - startedAt > limitMs) throw new Error(`${what} did not come within ${limitMs / 1000} s`)
    }
  }

  async function go(view: string): Promise<void> {
    await page.getByRole('navigation').getByRole('button', { name: view }).first().click()
  }

  return {
    until,

    async fillMachine(machine: Machine): Promise<void> {
      await dialog().getByLabel('Name', { exact: false }).first().fill(machine.name)
      await dialog().getByLabel('Address').fill(machine.address)
      await dialog().getByLabel('Site').fill(machine.site)
      if (machine.os !== undefined) {
        await dialog().getByRole('combobox', { name: 'Operating system' }).click()
        await page.getByRole('option', { name: machine.os }).click()
      }
      await dialog().getByRole('button', { name: 'More options' }).click()
      if (machine.sshPort !== undefined) await dialog().getByLabel('SSH port').fill(String(machine.sshPort))
      if (machine.rdpPort !== undefined) await dialog().getByLabel('Desktop port').fill(String(machine.rdpPort))
    },
    async addMachine(name: string): Promise<void> {
      const jit = dialog().getByRole('checkbox', { name: 'Turn JIT on' })
      if (!(await jit.isChecked())) await jit.check()
      await dialog().getByRole('button', { name: 'Add', exact: true }).click()
      await dialog().getByText(name, { exact: true }).first().waitFor()
      // The new machine's details come to the front; the tour goes on in the list.
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: `Connect: ${name}` }).waitFor()
    },

    async toMachines(): Promise<void> {
      await go('Machines')
      await page.getByRole('searchbox', { name: 'Search machines' }).waitFor()
    },
    async toAccess(): Promise<void> {
      await go('Access')
      await page.getByRole('heading', { name: 'Access' }).waitFor()
    },
    async toActivity(): Promise<void> {
      await go('Activity')
      await page.locator('[data-export-open]').waitFor()
    },
    async search(text: string): Promise<void> {
      await page.getByRole('searchbox', { name: 'Search machines' }).fill(text)
    },

    async user(name: string): Promise<void> {
      await dialog().getByLabel('User name').fill(name)
      await dialog().getByRole('button', { name: 'Continue', exact: true }).click()
    },
    async certificate(fingerprintHex: string): Promise<void> {
      const shown = Buffer.from(fingerprintHex, 'hex').toString('base64').replace(/=+$/, '')
      await dialog().getByText(shown).waitFor()
    },
    async trust(): Promise<void> {
      const button = dialog().getByRole('button', { name: 'Trust and connect' })
      // Nothing is trusted within half a second of being shown, so a person's first click is what counts.
      await page.waitForTimeout(700)
      await button.click()
    },
    async password(secret: string, remember: boolean): Promise<void> {
      await dialog().getByLabel('Password', { exact: true }).fill(secret)
      if (remember) await dialog().getByRole('checkbox', { name: 'Remember in the keychain' }).check()
      await dialog().getByRole('button', { name: 'Sign in' }).click()
    },

    async terminalShows(text: string): Promise<void> {
      const rows = front().locator('.xterm-rows')
      await until(
        `“${text}” in the terminal`,
        20_000,
        async () => (await rows.count()) > 0 && (await rows.first().innerText()).includes(text),
      )
    },
    async hasEnded(): Promise<boolean> {
      const bar = front().locator('[data-end="grantEnded"]')
      return (await bar.count()) > 0
    },

    /** Ends a machine's access from the list of grants. Returns when it was clicked (performance.now). */
    async endAccess(machine: string): Promise<number> {
      const card = page.locator('[data-grant]').filter({ hasText: machine }).first()
      await card.getByRole('button', { name: 'End access' }).click()
      const clickedAt = performance.now()
      await page.getByRole('button', { name: 'End now' }).click()
      return clickedAt
    },
    /** Brings the machine's first session to the front and waits until it tells that the access ended. */
    async sessionEnded(machine: string): Promise<void> {
      await page
        .getByRole('tab', { name: new RegExp(`${machine}.*ended`) })
        .first()
        .waitFor({ timeout: 5000 })
      await page
        .getByRole('tab', { name: new RegExp(machine) })
        .first()
        .click()
      await front().locator('[data-end="grantEnded"]').waitFor()
    },

    /** Asks for a machine's port for some minutes with the request form. */
    async requestFor(machine: string, minutes: number): Promise<void> {
      await go('Machines')
      await page.getByRole('searchbox', { name: 'Search machines' }).fill(machine)
      await page.getByRole('button', { name: `More ways and actions for ${machine}` }).click()
      await page.getByRole('menuitem', { name: /^Request access/ }).click()
      await dialog().getByText('Other', { exact: true }).click()
      await dialog().getByLabel('Minutes').fill(String(minutes))
      await dialog().getByLabel('Reason').fill('The tour shows how a window ends')
      await dialog().getByRole('button', { name: 'Request access' }).click()
      await page.getByText(/^Open until/).waitFor()
      await page.getByRole('button', { name: 'Done' }).click()
    },

    async exportCsv(): Promise<string> {
      await page.locator('[data-export-open]').click()
      await dialog().locator('[data-export-start]').click()
      await dialog().locator('[data-export=done]').waitFor()
      const text = await dialog().locator('[data-path]').innerText()
      const file = /(\/\S+\.csv)/.exec(text)?.[1]
      if (file === undefined) throw new Error(`no path of a CSV in “${text}”`)
      return file
    },
  }
}
