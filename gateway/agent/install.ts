/** Puts the agent onto a machine, and takes it away so that every file of the machine is what it was. Both can be done again and again. */
import { chmod, copyFile, cp, lstat, mkdir, realpath, rm, stat, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { readText, replaceFile } from './files.ts'
import { withBlock, withoutBlock, type Edited } from './pamBlock.ts'
import { programFolder, services, type Places } from './places.ts'
import { must, type Run } from './programs.ts'
import { pamScript, startScript, systemdUnit } from './scripts.ts'
import { askedGroup, ownGroup, sshdPart } from './sshdPart.ts'
import type { Grace } from './supported.ts'

export interface Installation {
  /** This very program, one file. */
  bundle: string
  grace: Grace
  withSystemd: boolean
}

/** Throws when a part cannot be done; the caller takes it all away again then. */
export async function install(places: Places, run: Run, { bundle, grace, withSystemd }: Installation): Promise<void> {
  await mkdir(places.program, { recursive: true, mode: 0o755 })
  const node = await nodeFor(places)
  if (bundle !== places.bundle) await copyFile(bundle, places.bundle)
  await chmod(places.bundle, 0o644)
  await replaceFile(places.pamScript, pamScript(node, grace), 0o755)
  await replaceFile(places.startScript, startScript(node), 0o755)
  await mkdir(dirname(places.command), { recursive: true })
  await rm(places.command, { force: true })
  await symlink(`${programFolder}/gatehouse-agent`, places.command)
  for (const group of [ownGroup, askedGroup]) await must(run, 'groupadd', ['--system', group], [9])
  for (const { file } of services) await edit(places, file, withBlock)
  if ((await readText(places.sshdConfig)) !== undefined) {
    await replaceFile(places.sshdPart, sshdPart)
    await must(run, '/usr/sbin/sshd', ['-t'])
    await reloadSshd(places, run)
  }
  if (!withSystemd) return
  await replaceFile(places.unit, systemdUnit(`${programFolder}/gatehouse-agent`))
  await must(run, 'systemctl', ['daemon-reload'])
  await must(run, 'systemctl', ['enable', '--now', 'gatehouse-agent.service'])
}

/** What cannot be done is passed over: whatever is left of an installation, as much as can be of it goes. Answers what stayed. */
export async function uninstall(places: Places, run: Run): Promise<string[]> {
  const left: string[] = []
  const step = async (what: string, work: () => Promise<unknown>) => {
    await work().catch((error: unknown) => left.push(`${what}: ${error instanceof Error ? error.message : String(error)}`))
  }
  // First of all nobody is asked any more.
  await step(places.challenged, () => rm(places.challenged, { force: true }))
  for (const { file } of services) await step(file, () => edit(places, file, (text) => ({ text: withoutBlock(text) })))
  await step(places.sshdPart, async () => {
    if ((await readText(places.sshdPart)) === undefined) return
    await rm(places.sshdPart)
    await reloadSshd(places, run)
  })
  if ((await readText(places.unit)) !== undefined) {
    await step('the service', () => must(run, 'systemctl', ['disable', '--now', 'gatehouse-agent.service']))
    await step(places.unit, () => rm(places.unit, { force: true }))
    await step('systemd', () => must(run, 'systemctl', ['daemon-reload']))
  }
  // 6: there is no such group.
  for (const group of [ownGroup, askedGroup]) await step(`the group ${group}`, () => must(run, 'groupdel', [group], [6]))
  for (const path of [places.command, places.socketFolder, places.lists, places.program, places.state]) {
    await step(path, () => rm(path, { recursive: true, force: true }))
  }
  return left
}

/** A file that the machine does not have is left alone. What it was is kept beside the agent's state, for people. */
async function edit(places: Places, file: string, change: (text: string) => Edited): Promise<void> {
  const path = places.root + file
  const text = await readText(path)
  if (text === undefined) return
  const changed = change(text)
  if ('fault' in changed) throw new Error(`${file}: ${changed.fault}`)
  if (changed.text === text) return
  const original = join(places.originals, basename(file))
  if ((await readText(original)) === undefined) {
    await mkdir(places.originals, { recursive: true, mode: 0o700 })
    await cp(path, original)
  }
  await replaceFile(path, changed.text)
}

/** systemd knows it, or it is asked by its process; where it does not run there is nothing to reload. */
async function reloadSshd(places: Places, run: Run): Promise<void> {
  for (const unit of ['ssh', 'sshd']) {
    if ((await run('systemctl', ['reload', `${unit}.service`])).code === 0) return
  }
  const pid = Number((await readText(`${places.root}/run/sshd.pid`)) ?? NaN)
  if (Number.isInteger(pid) && pid > 1) process.kill(pid, 'SIGHUP')
}

/**
 * The Node that runs this, if nobody but root can change it; else a copy of it. SECURITY: PAM runs it as root, so a Node in somebody's home would be that
 * person's way to become root.
 */
async function nodeFor(places: Places): Promise<string> {
  const node = await realpath(process.execPath)
  if (await isRootsAlone(node)) return node
  const copy = join(places.program, 'node')
  await copyFile(node, copy)
  await chmod(copy, 0o755)
  return `${programFolder}/node`
}

async function isRootsAlone(path: string): Promise<boolean> {
  for (let at = path; ; at = dirname(at)) {
    const { uid, mode } = at === path ? await stat(at) : await lstat(at)
    // A folder like /tmp, where only the owner may rename what is there, is no place for it either.
    if (uid !== 0 || (mode & 0o022) !== 0) return false
    if (at === dirname(at)) return true
  }
}
