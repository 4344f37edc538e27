/**
 * A machine shows a sign-in code in the console's own terminal, and the technician approves it beside it: sshd, PAM, the agent, sudo, the plain OpenSSH
 * client, the gateway and the window are all real.
 */
import type { Page } from '@playwright/test'
import { words as en } from '../../renderer/words/en.ts'
import { eventually } from '../real/parts/keeper.ts'
import { type Keyring, startKeyring } from '../real/parts/keyring.ts'
import { startSshd, type Sshd } from '../real/parts/sshd.ts'
import { type Console, expect as soon, test } from './fixture.ts'
import {
  addMachine,
  enrol,
  startMachine,
  startMovableGateway,
  turnOnSignIns,
  type EnrolledMachine,
  type MovableGateway,
} from './signInParts.ts'
import { consoleOf, join } from './teamGateway.ts'

/** Machines, consoles and clients share one computer here: what a person would wait for may take its time. */
const expect = soon.configure({ timeout: 25_000 })
// One story: what comes first is what the rest stands on.
test.describe.configure({ mode: 'serial' })

let gateway: MovableGateway
let machine: EnrolledMachine
let other: Sshd
let keyrings: Keyring[] = []
let consoles: Console[] = []
let page: Page
let bjorn: Page
let machineId: string

test.beforeAll(async () => {
  test.setTimeout(180_000)
  ;[gateway, machine, other, ...keyrings] = await Promise.all([
    startMovableGateway(),
    startMachine(),
    startSshd(),
    startKeyring(),
    startKeyring(),
  ])
  page = await newConsole(keyrings[0])
  await join(page, gateway, gateway.invitation)
  await turnOnSignIns(page)
  machineId = await addMachine(page, { name: 'files-1', sshPort: machine.sshPort })
  await addMachine(page, { name: 'web-2', sshPort: other.port, user: other.user })
  await enrol(page, 'files-1', machine)
})
test.afterAll(async () => {
  for (const console of consoles) await console.quit()
  await Promise.all([gateway?.stop(), machine?.stop(), other?.stop(), ...keyrings.map((keyring) => keyring.stop())])
})

async function newConsole(keyring: Keyring | undefined): Promise<Page> {
  const console = await consoleOf(keyring)
  consoles = [...consoles, console]
  console.page.setDefaultTimeout(15_000)
  return console.page
}

const terminal = (at = page) => at.locator('[data-terminal]:visible')
const view = (at = page) => at.locator('[data-challenge]')
/** Longer than what appeared just now cannot be clicked (F-76). */
const settle = () => page.waitForTimeout(600)

async function type(text: string, at = page): Promise<void> {
  await terminal(at).locator('textarea').focus()
  // Keys, as from a keyboard: text that is inserted as a whole and a key behind it may overtake each other.
  await at.keyboard.type(text)
  await at.keyboard.press('Enter')
}

/** A shell that has just begun takes what is typed only when it is through with its start files. */
async function shellAnswers(at = page): Promise<void> {
  await expect(async () => {
    await type('echo ready-$((1+1))', at)
    await expect(terminal(at)).toContainText('ready-2', { timeout: 5000 })
  }).toPass({ timeout: 30_000 })
}

/** Connects as a person with a password of their own at the machine. */
async function connect(name: string, user: string, password: string, prompt: RegExp): Promise<void> {
  await page.locator('[data-place=machines]').click()
  await page.locator('.machineRow').filter({ hasText: name }).locator('.deed').click()
  const attempt = page.locator('[data-attempt]')
  await attempt.getByRole('button', { name: en.sessions.hostKey.trust }).click()
  const [userField, passwordField] = [
    attempt.getByLabel(en.sessions.user.label),
    attempt.getByLabel(en.sessions.password.label, { exact: true }),
  ]
  await expect(userField.or(passwordField)).toBeVisible()
  if (await userField.isVisible()) {
    await userField.fill(user)
    await userField.press('Enter')
  }
  await passwordField.fill(password)
  await passwordField.press('Enter')
  await expect(terminal()).toContainText(prompt)
}

/** As somebody does who sees that nothing happens: a client throws away what is typed while it gets ready to ask. */
async function pressEnterUntil(isDone: () => Promise<void>): Promise<void> {
  await expect(async () => {
    await terminal().locator('textarea').press('Enter')
    await isDone()
  }).toPass({ timeout: 30_000 })
}

/** The plain OpenSSH client, inside the terminal, to the machine that asks for approvals. */
async function sshAsJit(): Promise<string> {
  // A terminal that has just come to the front may not be listening yet.
  await expect(async () => {
    await type('clear')
    await expect(terminal()).not.toContainText('Number:', { timeout: 5000 })
  }).toPass({ timeout: 30_000 })
  await type(
    `LC_ALL=C.UTF-8 ssh -F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o NumberOfPasswordPrompts=2 -p ${machine.sshPort} jit@127.0.0.1`,
  )
  // What is typed before the client asks is thrown away by it.
  await expect(terminal()).toContainText(/Number: \d\d[^]*Password: /)
  const text = await terminal().innerText()
  await pressEnterUntil(() => eventually('PAM waits for the approval', 5000, () => machine.runs('pam wait')))
  return /Number: (\d\d)/.exec(text.replaceAll('\u00a0', ' '))?.[1] ?? ''
}

/** From the inbox, where the one that waits is now. */
async function openFromInbox(): Promise<void> {
  await expect(page.locator('[data-place=approvals] .badge')).toHaveText('1')
  await expect(view()).toHaveCount(0)
  await page.locator('[data-place=approvals]').click()
  await page.locator('[data-sign-in][data-state=pending]').click()
}

const outcome = (at: Page) => view(at).locator('[data-outcome=approved], [data-outcome=started]')

async function approve(number: string): Promise<void> {
  await view().locator('[data-number]').pressSequentially(number)
  await settle()
  await view().locator('[data-approve-sign-in]').click()
}

async function backToTerminal(name: string): Promise<void> {
  await page.keyboard.press('Escape')
  await expect(view()).toHaveCount(0)
  await page.locator('[data-tabs] [role=tab]').filter({ hasText: name }).first().click()
}

/** OpenSSH's client asks once more: sshd says only then why not. */
async function isRefused(why: RegExp): Promise<void> {
  await expect(terminal()).toContainText(new RegExp(`${why.source}[^]*Password: `), { timeout: 30_000 })
  await pressEnterUntil(() => soon(terminal()).toContainText(/Permission denied/, { timeout: 5000 }))
}

/** What the activity tells of the machine's sign-ins, oldest first. */
function activity(): Promise<string[]> {
  return page.evaluate(async (id) => {
    const reply = await window.gatehouse.call('audit.list', { filter: { machineId: id, topics: ['challenge', 'signIn'] }, limit: 200 })
    if (!reply.ok) throw new Error(JSON.stringify(reply.failure))
    return reply.value.rows.map(({ action }) => action).toReversed()
  }, machineId)
}

async function historySays(state: string, ...words: string[]): Promise<void> {
  await page.locator('[data-place=machines]').click()
  await page.locator('.machineRow').filter({ hasText: 'files-1' }).dblclick()
  const row = page.locator('[data-sign-in-history] [data-sign-in-state]').first()
  await expect(row).toHaveAttribute('data-sign-in-state', state)
  for (const word of words) await expect(row).toContainText(word)
  await page.keyboard.press('Escape')
}

test('a code in the console’s own terminal is found, and OpenSSH is let in as root until it signs out', async () => {
  test.setTimeout(180_000)
  await connect('files-1', 'owner', 'correct horse', /owner@.*\$/)
  const number = await sshAsJit()
  await openFromInbox()
  await expect(view().locator('[data-binding=yours]')).toBeVisible()
  await expect(view()).toContainText('owner')
  await expect(view()).toContainText('127.0.0.1')
  await approve(number)
  await expect(view().locator('[data-outcome=started]')).toBeVisible()

  await backToTerminal('files-1')
  await expect(terminal()).toContainText(/Approved by Ada\.[^]*jit@.*\$/)
  await shellAnswers()
  await type('echo I am $(sudo -n id -u), $(id -un); setsid -f sleep 7781; sudo -n setsid -f sleep 7782; echo left $((1+1))')
  await expect(terminal()).toContainText('I am 0, jit')
  await expect(terminal()).toContainText('left 2')
  await eventually('what the session left running', 5000, () => machine.runs('sleep 7782'))
  await type('exit')
  await eventually('the user’s home is gone', 20_000, async () => !(await machine.tryTo('test', '-e', '/home/jit')))
  await eventually('nothing of the session runs', 10_000, async () => !(await machine.runs('sleep 778')))
  expect(await machine.tryTo('test', '-e', '/etc/sudoers.d/gatehouse-jit')).toBe(false)
  // The name is kept ready, and closed.
  const shadow = () => machine.run('getent', 'shadow', 'jit').catch(() => '')
  await expect.poll(shadow).toMatch(/^jit:\*:\d+:0:99999:7::1:$/m)

  await historySays('ended', 'Ada')
  const [made, read, approved, started, ended] = [
    'challenge.created',
    'challenge.read',
    'challenge.approved',
    'signIn.started',
    'signIn.ended',
  ]
  await expect.poll(activity).toEqual([made, read, approved, started, ended])
})

test('declined in the window, the client is refused', async () => {
  test.setTimeout(120_000)
  await backToTerminal('files-1')
  await sshAsJit()
  await openFromInbox()
  await settle()
  await view().locator('[data-decline]').click()
  await expect(view()).toHaveCount(0)
  await backToTerminal('files-1')
  await isRefused(/The sign-in was denied\./)
  await historySays('denied', 'Ada')
})

test('F-77: three wrong numbers, and it is of no use to anybody', async () => {
  test.setTimeout(120_000)
  await backToTerminal('files-1')
  const number = await sshAsJit()
  await openFromInbox()
  const wrong = number === '11' ? '12' : '11'
  for (const left of ['2', '1']) {
    await approve(wrong)
    await expect(view().locator('[data-wrong]')).toContainText(left)
  }
  await approve(wrong)
  await expect(view().locator('[data-outcome=burned]')).toBeVisible()
  await expect(view().locator('[data-approve-sign-in]')).toHaveCount(0)
  await backToTerminal('files-1')
  await isRefused(/The number was wrong three times/)
  await historySays('burned', 'Ada')
})

test('F-66: after ten minutes by the gateway’s clock there is nothing left to approve', async () => {
  test.setTimeout(120_000)
  await backToTerminal('files-1')
  const number = await sshAsJit()
  await openFromInbox()
  await view().locator('[data-number]').pressSequentially(number)
  gateway.clock.moveWall(10 * 60_000 + 1000)
  await expect(view().locator('[data-outcome=expired]')).toBeVisible()
  await expect(view().locator('[data-approve-sign-in]')).toHaveCount(0)
  await backToTerminal('files-1')
  await isRefused(/The challenge has expired\./)
  await historySays('expired')
})

test('F-67: two technicians approve it at the same time: one of them did, and the other is told who', async () => {
  test.setTimeout(180_000)
  const invitation = await page.evaluate(async () => {
    const asked = await window.gatehouse.call('account.gateways', {})
    const gatewayId = (asked.ok && asked.value.gateways.find(({ isDesk }) => !isDesk)?.id) || ''
    const invited = await window.gatehouse.call('account.invite', { gatewayId, name: 'Björn', roles: ['requester'] })
    if (!invited.ok) throw new Error(JSON.stringify(invited.failure))
    return invited.value.code
  })
  bjorn = await newConsole(keyrings[1])
  await join(bjorn, gateway, invitation)
  await expect(bjorn.locator('.machineRow').filter({ hasText: 'files-1' })).toBeVisible()
  await bjorn.evaluate(async (port) => {
    const rows = await window.gatehouse.call('machines.list', {
      tab: 'configured',
      search: 'files-1',
      sort: 'name',
      descending: false,
      offset: 0,
      limit: 1,
    })
    const id = (rows.ok && rows.value.rows[0]?.id) || ''
    const wanted = { idempotencyKey: crypto.randomUUID(), machines: [{ machineId: id, ports: [port] }], durationMs: 3_600_000, reason: '' }
    const reply = await window.gatehouse.call('grants.request', wanted)
    if (!reply.ok) throw new Error(JSON.stringify(reply.failure))
  }, machine.sshPort)
  await backToTerminal('files-1')
  const number = await sshAsJit()
  const shortCode = /Code: ([A-Z2-7-]+)/.exec((await terminal().innerText()).replaceAll('\u00a0', ' '))?.[1] ?? ''
  await openFromInbox()
  await bjorn.locator('[data-place=approvals]').click()
  const typed = bjorn.getByLabel(en.reading.typed, { exact: true })
  await typed.fill(shortCode)
  await typed.press('Enter')
  for (const at of [page, bjorn]) await view(at).locator('[data-number]').pressSequentially(number)
  await settle()
  // Who is told that it is done already has no button any more.
  await Promise.allSettled([page, bjorn].map((at) => view(at).locator('[data-approve-sign-in]').click({ timeout: 5000 })))
  await Promise.all([expect(outcome(page)).toBeVisible(), expect(outcome(bjorn)).toBeVisible()])
  const [told, toldToo] = await Promise.all([outcome(page).innerText(), outcome(bjorn).innerText()])
  const who = /Ada|Björn/.exec(told)?.[0] ?? ''
  expect(toldToo).toContain(who)
  await backToTerminal('files-1')
  await expect(terminal()).toContainText(new RegExp(`Approved by ${who}\\.[^]*jit@.*\\$`))
  await shellAnswers()
  await type('exit')
  await eventually('the user’s home is gone', 20_000, async () => !(await machine.tryTo('test', '-e', '/home/jit')))
  await historySays('ended', who)
  expect((await activity()).filter((action) => action === 'challenge.approved')).toHaveLength(2)
})

test('connecting as that user shows the approval by itself, and the terminal opens when it is given', async () => {
  test.setTimeout(120_000)
  await bjorn.keyboard.press('Escape')
  await expect(view(bjorn)).toHaveCount(0)
  await bjorn.locator('[data-place=machines]').click()
  await bjorn.locator('.machineRow').filter({ hasText: 'files-1' }).locator('.deed').click()
  const attempt = bjorn.locator('[data-attempt]')
  await attempt.getByRole('button', { name: en.sessions.hostKey.trust }).click()
  const user = attempt.getByLabel(en.sessions.user.label)
  await user.fill('jit')
  await user.press('Enter')
  await expect(view(bjorn).locator('[data-binding=yours]')).toBeVisible()
  const number = /Number: (\d\d)/.exec(await view(bjorn).locator('[data-prompt]').innerText())?.[1] ?? ''
  await view(bjorn).locator('[data-number]').pressSequentially(number)
  await settle()
  await view(bjorn).locator('[data-approve-sign-in]').click()
  await expect(view(bjorn).locator('[data-outcome=started]')).toBeVisible()
  await bjorn.keyboard.press('Escape')
  const inside = terminal(bjorn)
  await expect(inside).toContainText(/jit@.*\$/)
  await shellAnswers(bjorn)
  await type('echo I am $(sudo -n id -u); exit', bjorn)
  await expect(bjorn.locator('[data-end=signedOut], [data-end=closed]')).toBeVisible()
  await expect(inside).toContainText('I am 0')
  await eventually('the user’s home is gone', 20_000, async () => !(await machine.tryTo('test', '-e', '/home/jit')))
  await historySays('ended', 'Björn')
})

test('F-68: a machine’s code in a session to another is red, and cannot be approved', async () => {
  test.setTimeout(120_000)
  await connect('web-2', other.user, other.password, /gatehouse\$/)
  const number = await sshAsJit()
  await openFromInbox()
  await expect(view().locator('[data-binding=otherMachine]')).toContainText('web-2')
  await expect(view().locator('[data-number]')).toBeDisabled()
  await expect(view().locator('[data-approve-sign-in]')).toBeDisabled()
  expect(number).toMatch(/^\d\d$/)
  await settle()
  await view().locator('[data-decline]').click()
  await expect(view()).toHaveCount(0)
  await backToTerminal('web-2')
  await isRefused(/The sign-in was denied\./)
  await expect.poll(activity).toContain('challenge.mismatch')
})
