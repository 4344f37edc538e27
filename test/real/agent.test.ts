/** A machine's agent with everything real: PAM, sshd, login, sudo, users, a gateway behind TLS, and the plain OpenSSH client. Needs root. */
import type { ChildProcess } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startAgentMachine, type AgentMachine } from './parts/agentMachine.ts'
import { atConsole, atSsh, readScreen, type Prompt } from './parts/agentPrompt.ts'
import { startAgentTeam, type AgentTeam } from './parts/agentTeam.ts'
import { eventually } from './parts/keeper.ts'

// Machine, gateway and console share one computer.
vi.setConfig({ testTimeout: 60_000 })

let machine: AgentMachine
let team: AgentTeam
let agent: ChildProcess
let before: string

beforeAll(async () => {
  machine = await startAgentMachine()
  team = await startAgentTeam(machine.sshPort)
  before = await everyFile()
  await team.policy({ enabled: true, userName: 'jit', afterSignOut: 'delete', title: 'Contoso help desk' })
  await team.open()
  await machine.run(process.execPath, machine.bundle, 'enrol', '--no-systemd', await team.code())
  agent = await runAgent()
}, 60_000)
afterAll(async () => {
  await team.stop()
  await machine.stop()
})

/** What the machine is made of, but for copies of before that its own tools keep, and what shells remember of who was here. */
function everyFile(): Promise<string> {
  const folders = '/etc /usr/local /opt /home /var/spool /var/mail $(ls -d /var/lib/gatehouse* 2>/dev/null)'
  const skipped = "-not -name '*-' -not -name .bash_history -not -name '.pwd.lock' -not -path /etc/subuid -not -path /etc/subgid"
  const all = `find ${folders} ${skipped} -not -type d`
  return machine.run('sh', '-c', `${all} -printf '%p %y %m %u %g\\n' | sort; ${all} -type f -print0 | sort -z | xargs -0 sha256sum`)
}

const status = () => machine.run('gatehouse-agent', 'status').catch(() => '')
const asks = (user: string) =>
  eventually(`challenges for ${user}`, 20_000, async () => (await status()).includes(`Challenges: for ${user}\n`))
const processes = () => machine.run('ps', '-eo', 'stat,args')
const signInIs = (state: string) => eventually(`the sign-in is ${state}`, 15_000, async () => (await team.states())[0] === state)

async function runAgent(user = 'jit'): Promise<ChildProcess> {
  const started = machine.start('gatehouse-agent', ['run'])
  await asks(user)
  return started
}

/** Reads the code, approves it with the number, and is in. */
async function approved(client: Prompt): Promise<void> {
  const { text, number } = await readScreen(client)
  client.type('\r')
  expect((await team.decide(text, 'approve', number)).result).toBe('done')
  await client.sees(/Approved by Ada\./)
}

/** OpenSSH's client asks once more; sshd says why only then, and there is no code any more. */
async function isRefused(client: Prompt, why: RegExp): Promise<void> {
  await client.sees(why, 45_000)
  await client.sees(/Password: /)
  client.type('\r')
  await client.sees(/Permission denied/)
  expect(await client.ended()).not.toBe(0)
  expect(client.text().match(/GATEHOUSE1:/g)).toHaveLength(1)
}

test('shows a code to OpenSSH, lets in as root who was approved, and leaves nothing behind', async () => {
  const client = atSsh(machine, 'jit')
  const { number, shortCode, text, picture } = await readScreen(client)
  expect(picture).toEqual([text])
  expect(text).toMatch(/^GATEHOUSE1:[A-Z2-7]{61}$/)
  expect(shortCode).toMatch(/^[A-Z2-7]{4}(-[A-Z2-7]{4}){3}$/)
  client.type('\r')
  expect((await team.decide(text, 'approve', number)).result).toBe('done')
  await client.sees(/Approved by Ada\./)
  client.type(
    'echo I am $(sudo -n id -u), $(id -un); setsid -f sleep 7771; sudo -n setsid -f sleep 7772; touch /tmp/mine; echo left $((1+1))\r',
  )
  await client.sees(/I am 0, jit/)
  await client.sees(/left 2/)
  expect(await processes()).toContain('sleep 7772')
  await signInIs('started')
  client.type('exit\r')
  expect(await client.ended()).toBe(0)
  await signInIs('ended')
  expect(await processes()).not.toMatch(/^[^Z]\S* +.*sleep 777/m)
  for (const gone of ['/home/jit', '/etc/sudoers.d/gatehouse-jit', '/tmp/mine'])
    expect(await machine.tryTo('test', '-e', gone), gone).toBe(false)
  // The name alone is kept ready, closed: sshd lets nobody in whom it does not find when a connection begins.
  expect(await machine.run('getent', 'shadow', 'jit')).toMatch(/^jit:\*:\d+:0:99999:7::1:$/m)
  expect(await machine.run('id', '-Gn', 'jit')).toBe('jit gatehouse-jit\n')
})

test('shows it at the console too; a user who is kept is a standard user afterwards', async () => {
  await team.policy({ afterSignOut: 'keepStandard' })
  const login = atConsole(machine, 'jit')
  await approved(login)
  login.type('echo I am $(sudo -n id -u); echo mine > notes\r')
  await login.sees(/I am 0/)
  login.type('exit\r')
  await login.ended()
  await signInIs('ended')
  expect(await machine.run('cat', '/home/jit/notes')).toBe('mine\n')
  expect(await machine.run('sudo', '-l', '-U', 'jit')).toContain('not allowed')
  expect(await machine.run('getent', 'shadow', 'jit')).toMatch(/^jit:\*:\d+:0:99999:7::1:$/m)
  await team.policy({ afterSignOut: 'delete' })
})

test('refuses who was denied, and does not ask again in the same connection', async () => {
  const client = atSsh(machine, 'jit')
  const { text } = await readScreen(client)
  expect((await team.decide(text, 'deny')).result).toBe('done')
  client.type('\r')
  await isRefused(client, /The sign-in was denied\./)
  expect((await team.states())[0]).toBe('denied')
})

test('F-77: refuses after three wrong numbers, and the right one is of no use any more', async () => {
  const client = atSsh(machine, 'jit')
  const { text, number } = await readScreen(client)
  client.type('\r')
  const wrong = number === '11' ? '12' : '11'
  for (const left of [2, 1]) {
    const { result, challenge } = await team.decide(text, 'approve', wrong)
    expect([result, challenge.triesLeft]).toEqual(['wrongNumber', left])
  }
  await team.decide(text, 'approve', wrong)
  await isRefused(client, /The number was wrong three times/)
  expect((await team.states())[0]).toBe('burned')
})

test('F-66: refuses when the code is older than ten minutes by the gateway', async () => {
  const client = atSsh(machine, 'jit')
  const { text, number } = await readScreen(client)
  client.type('\r')
  team.clock.moveWall(10 * 60_000 + 1000)
  expect((await team.decide(text, 'approve', number)).result).toBe('over')
  await isRefused(client, /The challenge has expired\./)
}, 60_000)

test('a report as suspicious ends the session at once, with all that runs in it', async () => {
  await team.open()
  const client = atSsh(machine, 'jit')
  const { text, number } = await readScreen(client)
  client.type('\r')
  await team.decide(text, 'approve', number)
  await client.sees(/Approved by Ada\./)
  client.type('setsid -f sleep 7773; echo I am $(sudo -n id -u)\r')
  await client.sees(/I am 0/)
  await team.decide(text, 'report')
  expect(await client.isCut()).not.toBe(0)
  await eventually('the user is gone', 20_000, async () => !(await machine.tryTo('test', '-e', '/home/jit')))
  expect(await processes()).not.toMatch(/^[^Z]\S* +.*sleep 7773/m)
  await team.open()
})

test.for([
  ['before Enter', ''],
  ['while it waits', '\r'],
])('who goes away %s leaves a challenge that is cancelled', async ([, keys = '']) => {
  const client = atSsh(machine, 'jit')
  const { text, number } = await readScreen(client)
  client.type(keys)
  // Enough for sshd to have asked PAM again: it looks at its client no more until PAM answers.
  await delay(500)
  await client.vanish()
  await signInIs('cancelled')
  expect((await team.decide(text, 'approve', number)).result).toBe('over')
})

test('takes over a user that was there: its old password and groups are gone, its files are not', async () => {
  await machine.run('useradd', '--create-home', '--shell', '/bin/bash', '--groups', 'sudo', 'anna')
  await machine.run('sh', '-c', 'echo anna:hunter2 | chpasswd; echo mine > /home/anna/notes')
  await team.policy({ userName: 'anna' })
  await asks('anna')
  // Until the first approval the password is as good as ever.
  const own = atConsole(machine, 'anna')
  await readScreen(own)
  own.type('hunter2\r')
  await own.sees(/anna@.*\$ /)
  own.type('exit\r')
  await own.ended()
  const client = atSsh(machine, 'anna')
  await approved(client)
  client.type('echo I am $(sudo -n id -u)\r')
  await client.sees(/I am 0/)
  client.type('exit\r')
  await client.ended()
  await signInIs('ended')
  expect(await machine.run('id', '-Gn', 'anna')).toBe('anna gatehouse-jit\n')
  expect(await machine.run('getent', 'shadow', 'anna')).toMatch(/^anna:\*:/)
  expect(await machine.run('cat', '/home/anna/notes')).toBe('mine\n')
  await team.policy({ userName: 'jit' })
  await asks('jit')
})

test('the owner signs in as ever when the agent is killed in the middle, and what it left is mended', async () => {
  const client = atSsh(machine, 'jit')
  await approved(client)
  client.type('echo I am $(sudo -n id -u)\r')
  await client.sees(/I am 0/)
  await machine.run('sh', '-c', 'kill -KILL $(pgrep -f "[g]atehouse-agent.mjs run")')
  const owner = atConsole(machine, 'owner')
  await owner.sees(/Password: /)
  owner.type('correct horse\r')
  await owner.sees(/owner@.*\$ /)
  owner.type('exit\r')
  await owner.ended()
  // No agent: the sign-in goes on below as if there were none, and its user has no password.
  const other = atSsh(machine, 'jit')
  await other.sees(/Password: /)
  expect(other.text()).not.toContain('GATEHOUSE1:')
  await other.vanish()
  client.type('exit\r')
  await client.ended()
  expect(await machine.tryTo('test', '-e', '/etc/sudoers.d/gatehouse-jit')).toBe(true)
  agent = await runAgent()
  expect(await machine.tryTo('test', '-e', '/etc/sudoers.d/gatehouse-jit')).toBe(false)
  await signInIs('ended')
})

test('without its gateway it says so, then takes itself out of the way until a reset', async () => {
  await team.away(async () => {
    for (let failure = 0; failure < 5; failure += 1) {
      const client = atSsh(machine, 'jit')
      await client.sees(/No Gatehouse challenge: the gateway cannot be reached/)
      await client.vanish()
    }
    expect(await machine.tryTo('test', '-e', '/etc/gatehouse-agent/challenged')).toBe(false)
    expect(await status()).toContain('switched off by themselves')
    const client = atSsh(machine, 'jit')
    await client.sees(/Password: /)
    expect(client.text()).not.toContain('Gatehouse')
    await client.vanish()
  })
  await machine.run('gatehouse-agent', 'reset')
  await asks('jit')
})

test('uninstalling leaves every file as it was, and the users that are kept', async () => {
  await machine.run('gatehouse-agent', 'uninstall')
  await eventually('the agent has ended', 10_000, () => agent.exitCode !== null || agent.signalCode !== null)
  expect(await machine.tryTo('id', 'jit')).toBe(false)
  expect(await machine.run('id', '-Gn', 'anna')).toBe('anna\n')
  await machine.run('userdel', '--remove', 'anna')
  expect(await everyFile()).toBe(before)
  // Again: nothing is left to do.
  await machine.run(process.execPath, machine.bundle, 'uninstall')
})

test('a machine with a second factor is not enrolled, and nothing of it is touched', async () => {
  await machine.run('sh', '-c', "sed -i '1i auth required pam_duo.so' /etc/pam.d/sshd")
  const untouched = await everyFile()
  const enrolling = machine.run(process.execPath, machine.bundle, 'enrol', '--no-systemd', await team.code())
  await expect(enrolling).rejects.toThrow(/ended with 3: .*otherAuthentication.*\/etc\/pam\.d\/sshd asks for a second factor/)
  expect(await everyFile()).toBe(untouched)
})
