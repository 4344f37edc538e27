/**
 * The users that policy names, on this machine. A name is kept ready while sign-ins are on: sshd looks a user up when a connection begins and lets
 * nobody in whom it did not find then. What is kept ready has no password, no home, no groups but ours, and an account that ran out in 1970.
 */
import { access, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { faultInUserName } from '../policies/userName.ts'
import { readText } from './files.ts'
import type { Places } from './places.ts'
import { must, type Run } from './programs.ts'
import { askedGroup, ownGroup } from './sshdPart.ts'
import { installSudoRule, removeSudoRule } from './sudoers.ts'
import { endAllOf } from './processes.ts'

export interface Account {
  name: string
  uid: number
  home: string
}

/** Why a name cannot be signed in, for the log and for `status`. */
export type NoAccount = 'badName' | 'systemAccount' | 'elsewhere'

/** Where files of a user may lie besides the home. */
const sharedFolders = ['/tmp', '/var/tmp', '/dev/shm']
const firstPersonUid = 1000
const nobodyUid = 65_534
/** Whoever is in one of these is an administrator, or nearly. */
const adminGroups = ['sudo', 'wheel', 'admin', 'adm', 'root', 'docker', 'lxd', 'libvirt', 'disk', 'shadow']
/** Account expiry is in days: enough that it cannot run out during a session, whatever the time zone. */
const expiryMs = 2 * 24 * 3600 * 1000
/** Exit codes of userdel and groupadd for what is done already. */
const [noSuchUser, groupExists] = [6, 9]

export function createAccounts(places: Places, run: Run) {
  const tool = (command: string, args: readonly string[], fine?: readonly number[]) => must(run, command, args, fine)

  /** Those of this machine alone: a directory's users are not ours to change. */
  async function find(name: string): Promise<Account | undefined> {
    const lines = ((await readText(`${places.root}/etc/passwd`)) ?? '').split('\n').map((line) => line.split(':'))
    const line = lines.find(([user]) => user === name)
    return line === undefined ? undefined : { name, uid: Number(line[2]), home: line[5] ?? '' }
  }

  /** Pure, but for the machine's files: whether the name may be signed in here. */
  async function faultOf(name: string): Promise<NoAccount | undefined> {
    if (faultInUserName(name, 'linux') !== undefined) return 'badName'
    const account = await find(name)
    if (account) return account.uid < firstPersonUid || account.uid === nobodyUid ? 'systemAccount' : undefined
    return (await run('getent', ['passwd', name])).code === 0 ? 'elsewhere' : undefined
  }

  async function makeGroups(): Promise<void> {
    for (const group of [ownGroup, askedGroup]) await tool('groupadd', ['--system', group], [groupExists])
  }

  async function leave(name: string, groups: readonly string[]): Promise<void> {
    const has = (await tool('id', ['-Gn', name])).trim().split(' ')
    for (const group of groups) if (has.includes(group)) await tool('gpasswd', ['--delete', name, group])
  }

  return {
    find,
    faultOf,
    makeGroups,

    /** A name that nobody has: kept ready, and closed. */
    async reserve(name: string): Promise<void> {
      const home = ['--no-create-home', '--home-dir', `/home/${name}`, '--shell', '/bin/bash']
      const closed = ['--password', '*', '--expiredate', '1970-01-02', '--no-log-init']
      await tool('useradd', [...home, ...closed, '--user-group', '--groups', ownGroup, '--comment', 'Gatehouse sign-in', name])
    },

    /** A user of somebody else's: nothing of it changes, but sshd may show it a challenge. */
    async ask(name: string): Promise<void> {
      await tool('usermod', ['--append', '--groups', askedGroup, name])
    },

    async askNoMore(name: string): Promise<void> {
      await leave(name, [askedGroup])
    },

    /** POL-4: from now on the user is ours. No password, no administrators' group, no way in but a challenge. */
    async takeOver(name: string): Promise<void> {
      await leave(name, [...adminGroups, askedGroup])
      await tool('usermod', ['--password', '*', '--append', '--groups', ownGroup, name])
    },

    /** Opens the account and gives the right to be root until `until` (milliseconds since the epoch). */
    async admit(account: Account, until: number, challenge: string): Promise<void> {
      const { name, home } = account
      await tool('usermod', ['--expiredate', new Date(until + expiryMs).toISOString().slice(0, 10), name])
      if (!(await exists(places.root + home))) await tool('mkhomedir_helper', [name, '0077'])
      await installSudoRule(places, run, name, until, challenge)
    },

    /**
     * A standard user again. One that we made is closed; one that was there before goes on without us, since things of it may run by cron. Whatever
     * the session left running is ended by the caller.
     */
    async demote(name: string, origin: 'made' | 'found'): Promise<void> {
      await removeSudoRule(places, name)
      if (await find(name)) await tool('usermod', ['--password', '*', '--expiredate', origin === 'made' ? '1970-01-02' : '', name])
    },

    /** The user with everything that is the user's. False: something of it would not end. */
    async remove(name: string): Promise<boolean> {
      await removeSudoRule(places, name)
      const account = await find(name)
      if (!account) return true
      const isQuiet = await endAllOf(account.uid)
      await run('crontab', ['-u', name, '-r'])
      for (const folder of sharedFolders) {
        await run('find', [folder, '-xdev', '-depth', '-uid', String(account.uid), '-delete'])
      }
      // 12: the home could not be removed, or was never made; looked after below.
      await tool('userdel', ['--force', '--remove', name], [noSuchUser, 12])
      const home = join('/home', name)
      if (account.home === home) await rm(places.root + home, { recursive: true, force: true })
      return isQuiet
    },

    /** Whether sudo would let the user be root now. */
    async isAdmin(name: string): Promise<boolean> {
      const { out } = await run('sudo', ['-n', '-l', '-U', name])
      return /^\s+\(/m.test(out)
    },
  }
}
export type Accounts = ReturnType<typeof createAccounts>

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
