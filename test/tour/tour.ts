/**
 * `npm start -- --tour`: the console's main job, end to end, on real parts: an OpenSSH server, an xrdp, a Secret Service, and the real
 * window on a display of its own. It needs no display and asks nothing. Exit code 0 only when every step was done.
 */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { startConsole } from '../journeys/fixture.ts'
import { eventuallyDrawn, startDisplay } from '../real/parts/display.ts'
import { filesWith } from '../real/parts/filesWith.ts'
import { startKeyring } from '../real/parts/keyring.ts'
import { startSshd } from '../real/parts/sshd.ts'
import { startXrdp } from '../real/parts/xrdp.ts'
import { createDriver } from './driver.ts'
import { showsColour } from './picture.ts'
import { sessionColour } from '../real/parts/xrdp.ts'
import { createSteps } from './steps.ts'

const total = 13
const steps = await createSteps(path.join(import.meta.dirname, '../../tour'), total)
/** What to undo, last first. */
const undo: (() => Promise<void>)[] = []
/** What the screen shows when a step fails. */
let lastLook = async (): Promise<void> => undefined

async function tour(): Promise<void> {
  const display = await startDisplay({ width: 1280, height: 800, windowManager: true })
  undo.push(display.stop)
  const keyring = await startKeyring()
  undo.push(keyring.stop)
  const picture = (name: string) => display.screenshot(path.join(steps.folder, `${name}.png`))

  const sshd = await startSshd()
  undo.push(sshd.stop)
  const xrdp = await startXrdp()
  undo.push(xrdp.stop)
  console.log(`Machines: OpenSSH on 127.0.0.1:${sshd.port}, xrdp on 127.0.0.1:${xrdp.port}\n`)

  const opened = await startConsole({ env: { ...keyring.env, DISPLAY: display.display, GATEHOUSE_HEADLESS: '0', LANG: 'en_US.UTF-8' } })
  undo.push(() => opened.quit())
  lastLook = () => picture('failed')
  const { page } = opened
  const drive = createDriver(page)

  await steps.step('The console opens with its first-run screen', async () => {
    await page.getByRole('heading', { name: 'Welcome to Gatehouse' }).waitFor()
    await page.getByText('The keychain is ready').waitFor()
    await picture('01-welcome')
    return `in ${opened.host}`
  })

  await steps.step('A machine is added by name and address, with JIT on', async () => {
    await page.getByRole('button', { name: /^Add a machine/ }).click()
    await drive.fillMachine({ name: 'web-1', address: sshd.address, site: 'Contoso / Bern', sshPort: sshd.port })
    await picture('02-add')
    await drive.addMachine('web-1')
    return undefined
  })

  await steps.step('A machine with a desktop is added', async () => {
    await page.getByRole('button', { name: 'Add machine' }).first().click()
    await drive.fillMachine({ name: 'desk-2', address: xrdp.address, site: 'Contoso / Bern', os: 'Windows', rdpPort: xrdp.port })
    await drive.addMachine('desk-2')
    await page.getByRole('radio', { name: /^Configured.*2/ }).waitFor({ state: 'attached' })
    await picture('03-inventory')
    return undefined
  })

  await steps.step('Search finds it', async () => {
    await page.keyboard.press('/')
    await page.keyboard.type('bern web')
    await page.getByRole('button', { name: 'Connect: web-1' }).waitFor()
    await page.getByRole('button', { name: 'Connect: desk-2' }).waitFor({ state: 'detached' })
    return undefined
  })

  await steps.step('One click: the port opens, and the host key is shown to be compared', async () => {
    await page.getByRole('button', { name: 'Connect: web-1' }).click()
    await page.getByText(sshd.hostKeyFingerprint).waitFor()
    await picture('04-host-key')
    await drive.trust()
    return sshd.hostKeyFingerprint
  })

  await steps.step('Signed in: the prompt is there', async () => {
    await drive.user(sshd.user)
    await drive.password(sshd.password, true)
    await drive.terminalShows('gatehouse$')
    return undefined
  })

  await steps.step('A command answers', async () => {
    await page.keyboard.type('echo I am $(id -un) on $(uname -s)\n')
    await drive.terminalShows(`I am ${sshd.user} on Linux`)
    await page.keyboard.type('ls --color=always -la /\n')
    await drive.terminalShows('boot')
    await picture('05-terminal')
    return undefined
  })

  await steps.step('A second connect inside the window asks for nothing', async () => {
    const startedAt = performance.now()
    await drive.toMachines()
    await drive.search('web')
    await page.getByRole('button', { name: 'Connect: web-1' }).click()
    await drive.terminalShows('gatehouse$')
    return `prompt after ${Math.round(performance.now() - startedAt)} ms, the search typed in`
  })

  await steps.step('The desktop of the other machine is on the screen, certificate pinned', async () => {
    await drive.toMachines()
    await drive.search('desk')
    await page.getByRole('button', { name: 'Connect: desk-2' }).click()
    await drive.certificate(xrdp.certificateFingerprint)
    await picture('06-certificate')
    await drive.trust()
    await drive.user(xrdp.user)
    await drive.password(xrdp.password, false)
    await eventuallyDrawn('the desktop', 40_000, display, async () => {
      const file = path.join(steps.folder, '07-desktop.png')
      await display.screenshot(file)
      return showsColour(file, sessionColour)
    })
    return undefined
  })

  await steps.step('Ending the access early cuts the live connection', async () => {
    await drive.toAccess()
    await picture('08-access')
    const cutAt = await drive.endAccess('web-1')
    await drive.sessionEnded('web-1')
    await picture('09-released')
    return `seen ended ${Math.round(performance.now() - cutAt)} ms after the click`
  })

  await steps.step('The end of the window cuts another', async () => {
    await drive.requestFor('web-1', 1)
    await drive.toMachines()
    await drive.search('web')
    await page.getByRole('button', { name: 'Connect: web-1' }).click()
    await drive.terminalShows('gatehouse$')
    // The password came from the keychain, the host key is pinned: nothing was asked.
    await drive.until('the end of the window', 75_000, () => drive.hasEnded())
    await picture('10-expired')
    return 'after one minute, as granted'
  })

  await steps.step('The activity tells all of it, and goes out as CSV', async () => {
    await drive.toActivity()
    await picture('11-activity')
    const csv = await readFile(await drive.exportCsv(), 'utf8')
    const actions = [
      'machine.added',
      'grant.requested',
      'grant.opened',
      'hostKey.pinned',
      'certificate.pinned',
      'session.started',
      'session.ended',
      'grant.released',
      'grant.expired',
    ]
    const missing = actions.filter((action) => !csv.includes(action))
    if (missing.length > 0) throw new Error(`the CSV lacks ${missing.join(', ')}`)
    return `${csv.trimEnd().split('\n').length - 1} events`
  })

  await steps.step('The password is in the keychain and in no file', async () => {
    const found = filesWith(opened.dataFolder, [sshd.password, xrdp.password])
    if (found.length > 0) throw new Error(`a password is in ${found.map(({ file }) => path.basename(file)).join(', ')}`)
    return 'all files of the console looked through'
  })
}

let failure: unknown
try {
  await tour()
} catch (error) {
  failure = error
  await lastLook().catch(() => undefined)
  console.error(`\n${error instanceof Error ? error.message : String(error)}\n`)
} finally {
  for (const one of undo.toReversed()) await one().catch((error: unknown) => console.error(error))
}
process.exit(steps.end() && failure === undefined ? 0 : 1)
