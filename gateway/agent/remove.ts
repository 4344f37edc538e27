/** `gatehouse-agent uninstall`: ends the sign-ins, puts the users away, and takes every file back to what it was. Users that policy keeps stay. */
import { createAccounts } from './accounts.ts'
import { uninstall } from './install.ts'
import { openLedger } from './ledger.ts'
import { log } from './log.ts'
import { createNames } from './names.ts'
import type { Places } from './places.ts'
import type { Run } from './programs.ts'
import { createSignIns } from './signIns.ts'
import { askAgent } from './socket.ts'

const retireMs = 60_000

/** Answers the exit code: 1 when something stayed, which is told. */
export async function remove(places: Places, run: Run, tell: (text: string) => void): Promise<number> {
  if (process.getuid?.() !== 0) {
    tell('Run this as root.')
    return 3
  }
  // An agent that runs does it itself, so that the gateway learns of it; where none runs, or it hangs, it is done here.
  const retired = await askAgent(places, { do: 'retire' }, retireMs)
  if (retired?.ok !== true) await retireHere(places, run)
  const left = await uninstall(places, run)
  for (const line of left) tell(`Left: ${line}`)
  tell(left.length === 0 ? 'Everything of the agent is gone from this machine.' : 'Run it again when this is mended.')
  return left.length === 0 ? 0 : 1
}

async function retireHere(places: Places, run: Run): Promise<void> {
  const ledger = await openLedger(places.ledger)
  const accounts = createAccounts(places, run)
  const signIns = createSignIns({
    ledger,
    accounts,
    log,
    tell: () => Promise.resolve(),
    restore: () => Promise.resolve(),
    exclusively: (work) => work(),
  })
  await signIns.endAll()
  await createNames(places, accounts, ledger, log).putAway()
}
