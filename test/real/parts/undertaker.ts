/** Run as a process by keeper.ts. Learns on stdin what a part owns; when stdin closes, for whatever reason, it takes all of it away and ends. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'

const children = new Set<number>()
const users = new Set<string>()
const folders = new Set<string>()
const namespaces = new Set<string>()

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

for await (const line of createInterface({ input: process.stdin })) {
  const [what, value = ''] = line.split(' ')
  if (what === 'child') children.add(Number(value))
  if (what === 'gone') children.delete(Number(value))
  if (what === 'user') users.add(value)
  if (what === 'folder') folders.add(value)
  if (what === 'namespace') namespaces.add(value)
}

await end(withDescendants(children))
for (const namespace of namespaces) spawnSync('ip', ['netns', 'del', namespace])
for (const user of users) await removeUser(user)
for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })

/** Every running process: its number, its parent's, and its owner. A zombie is not running. */
function processes(): { pid: number; parent: number; uid: number }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        // The command name stands in brackets and may itself hold spaces and brackets.
        const [state, parent] = readFileSync(`/proc/${name}/stat`, 'utf8')
          .replace(/^.*\) /s, '')
          .split(' ')
        return state === 'Z' ? [] : [{ pid: Number(name), parent: Number(parent), uid: statSync(`/proc/${name}`).uid }]
      } catch {
        return []
      }
    })
}

/** Daemons leave sessions behind that outlive them, so the whole tree is taken down, found before its root goes. */
function withDescendants(roots: ReadonlySet<number>): Set<number> {
  const found = new Set(roots)
  const all = processes()
  for (let size = -1; size !== found.size;) {
    size = found.size
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid)
  }
  return found
}

async function end(pids: ReadonlySet<number>): Promise<void> {
  signalAll(pids, 'SIGTERM')
  for (let waited = 0; waited < 2000 && processes().some(({ pid }) => pids.has(pid)); waited += 50) await delay(50)
  signalAll(pids, 'SIGKILL')
}

function signalAll(pids: Iterable<number>, signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal)
    } catch {
      // Gone already.
    }
  }
}

/** Ends what the user runs and removes the user with the home; another useradd or userdel may hold the lock for a while. */
async function removeUser(user: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const uid = Number(spawnSync('id', ['-u', user], { encoding: 'utf8' }).stdout || NaN)
    if (Number.isNaN(uid)) break
    const running = processes().filter((one) => one.uid === uid)
    signalAll(
      running.map(({ pid }) => pid),
      'SIGKILL',
    )
    if (running.length === 0) spawnSync('userdel', ['--remove', user])
    await delay(50)
  }
  if (existsSync(`/home/${user}`)) rmSync(`/home/${user}`, { recursive: true, force: true })
}
