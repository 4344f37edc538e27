/**
 * Brings the machine's users in line with what policy names: the name is kept ready, those that are named no more are put away, and the lists that PAM
 * looks at say who is asked. Nothing here signs anybody in.
 */
import { rm } from 'node:fs/promises'
import type { AgentOrders, AgentReport } from '../contract/challenges.ts'
import type { Accounts, NoAccount } from './accounts.ts'
import { replaceFile } from './files.ts'
import type { LedgerFile } from './ledger.ts'
import type { Log } from './log.ts'
import type { Places } from './places.ts'

export interface Names {
  /** What policy says from now on; nothing: nobody is asked, and users stay as they are. Throws what the tools say. */
  apply: (jitAdmin: AgentOrders['jitAdmin'] | undefined) => Promise<void>
  /** Who would be asked, or why nobody is. */
  readonly state: { userName: string | undefined; fault: NoAccount | undefined }
  /** For the report. */
  describe: () => Promise<Pick<AgentReport, 'jitUsers' | 'userExists'>>
  /** Before an uninstall: users of ours that policy deletes go, those that it keeps stay. */
  putAway: () => Promise<void>
}

export function createNames(places: Places, accounts: Accounts, ledger: LedgerFile, log: Log): Names {
  const state: { userName: string | undefined; fault: NoAccount | undefined } = { userName: undefined, fault: undefined }

  async function writeLists(): Promise<void> {
    const { userName } = state
    if (userName === undefined) await rm(places.challenged, { force: true })
    else await replaceFile(places.challenged, `${userName}\n`)
    await replaceFile(
      places.managed,
      Object.keys(ledger.now.users)
        .map((name) => `${name}\n`)
        .join(''),
    )
  }

  async function forget(name: string): Promise<void> {
    await ledger.change((now) => {
      delete now.users[name]
    })
  }

  /** A user that was never signed in has no home, and nobody misses it. */
  async function isWorthKeeping(name: string): Promise<boolean> {
    const user = ledger.now.users[name]
    return user !== undefined && (user.origin === 'found' || (user.taken && user.afterSignOut === 'keepStandard'))
  }

  async function release(name: string): Promise<void> {
    const user = ledger.now.users[name]
    if (!user || ledger.now.signIns.some(({ userName }) => userName === name)) return
    if (user.origin === 'found' && !user.taken) {
      if (await accounts.find(name)) await accounts.askNoMore(name)
      await forget(name)
    } else if (!(await isWorthKeeping(name))) {
      await accounts.remove(name)
      await forget(name)
      log(`the user ${name} is not kept ready any more`)
    }
  }

  async function prepare(name: string, afterSignOut: AgentOrders['jitAdmin']['afterSignOut']): Promise<void> {
    const account = await accounts.find(name)
    const known = ledger.now.users[name]
    if (known && account) {
      if (known.afterSignOut === afterSignOut) return
      await ledger.change((now) => {
        now.users[name] = { ...known, afterSignOut }
      })
      return
    }
    const origin = account ? 'found' : 'made'
    // Written down first: what is made is never taken for somebody else's after a crash.
    await ledger.change((now) => {
      now.users[name] = { origin, taken: false, afterSignOut }
    })
    try {
      if (origin === 'made') await accounts.reserve(name)
      else await accounts.ask(name)
    } catch (error) {
      await forget(name)
      throw error
    }
  }

  return {
    state,
    async apply(jitAdmin) {
      const name = jitAdmin?.enabled === true ? jitAdmin.userName : undefined
      state.fault = name === undefined ? undefined : await accounts.faultOf(name)
      if (state.userName !== name || state.fault !== undefined) state.userName = undefined
      // Nobody else is asked while users change.
      await writeLists()
      if (!jitAdmin) return
      for (const other of Object.keys(ledger.now.users)) if (other !== name) await release(other)
      if (name !== undefined && state.fault === undefined) {
        await prepare(name, jitAdmin.afterSignOut)
        state.userName = name
      }
      await writeLists()
    },
    async describe() {
      const { userName } = state
      const worth = Object.entries(ledger.now.users).filter(([, user]) => user.taken)
      const jitUsers = await Promise.all(worth.map(async ([name]) => ({ name, isAdmin: await accounts.isAdmin(name) })))
      if (userName === undefined) return { jitUsers }
      return { jitUsers, userExists: ledger.now.users[userName]?.origin === 'found' }
    },
    async putAway() {
      state.userName = undefined
      await writeLists()
      for (const name of Object.keys(ledger.now.users)) await release(name)
    },
  }
}
