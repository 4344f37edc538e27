/** A team's gateway as an operator starts it, and consoles that join it from their first screen. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { words as en } from '../../renderer/words/en.ts'
import { freePort } from '../real/parts/keeper.ts'
import type { Keyring } from '../real/parts/keyring.ts'
import { type Console, expect, startConsole } from './fixture.ts'

const repository = path.join(import.meta.dirname, '../..')

export interface Server {
  fingerprint: string
  invitation: string
  stop(): Promise<void>
}

/** `npm run gateway`, as an operator starts it: the fingerprint and the first invitation are on its terminal. */
export async function startGateway(): Promise<Server> {
  const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-team-'))
  const config = path.join(folder, 'gatehouse.yaml')
  const lines = [
    'name: Contoso',
    `address: 127.0.0.1:${await freePort()}`,
    'listen: { address: 127.0.0.1 }',
    'relay: { address: 127.0.0.1 }',
    `dataFolder: ${path.join(folder, 'data')}`,
    'administrator: Ada',
  ]
  writeFileSync(config, lines.join('\n'))
  const child: ChildProcess = spawn(process.execPath, ['gateway/serve.ts', '--config', config], {
    cwd: repository,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  let told = ''
  child.stderr?.on('data', (chunk: Buffer) => (told += chunk.toString()))
  const find = (what: RegExp): string => what.exec(told)?.[0] ?? ''
  await expect.poll(() => find(/GATE-[A-Z2-7-]+/) || (child.exitCode === null ? '' : told), { timeout: 20_000 }).toMatch(/^GATE-/)
  return {
    fingerprint: find(/(?<=fingerprint[^\n]*\n\n {2})\S+/),
    invitation: find(/GATE-[A-Z2-7-]+/),
    async stop() {
      child.kill('SIGTERM')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A new console of somebody with a keychain of their own, in English. */
export async function consoleOf(keyring: Keyring | undefined): Promise<Console> {
  const console = await startConsole({ env: keyring?.env ?? {} })
  await console.page.evaluate(() =>
    window.gatehouse.call('settings.change', { language: 'en', ssh: { where: 'tab', useAgent: false, keyFiles: [] } }),
  )
  return console
}

/** From the first screen: paste, compare, join. */
export async function join(page: Page, server: Pick<Server, 'fingerprint'>, code: string): Promise<void> {
  await page.getByRole('button', { name: en.welcome.join.title }).click()
  const dialog = page.getByRole('dialog', { name: en.people.join.title })
  await dialog.getByLabel(en.people.join.code).fill(code)
  await dialog.getByRole('button', { name: en.people.join.look }).click()
  await expect(dialog.locator('[data-fingerprint]')).toHaveText(server.fingerprint)
  await expect(dialog.locator('[data-join]')).toBeDisabled()
  await dialog.getByLabel(en.people.join.same).check()
  await dialog.locator('[data-join]').click()
  await expect(dialog).toBeHidden()
}
