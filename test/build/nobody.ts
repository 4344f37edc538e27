/** A user without rights, and what is installed for them: a folder of programs to be the whole PATH. */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A folder that everybody may read, removed after the test. */
export function openFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-build-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  chmodSync(folder, 0o755)
  return folder
}

/** dpkg and apt, and with `sudo` one that asks for a password. Gives the folder. */
export function programs({ sudo }: { sudo: boolean }): string {
  const folder = openFolder()
  for (const name of ['dpkg-query', 'apt-cache']) symlinkSync(`/usr/bin/${name}`, join(folder, name))
  if (sudo) writeFileSync(join(folder, 'sudo'), '#!/bin/sh\n[ "$1" = -V ]\n', { mode: 0o755 })
  return folder
}

/** Runs this Node with the arguments, as nobody; only root can. */
export function asNobody(args: readonly string[], env: Record<string, string>) {
  const command = ['--reuid', '65534', '--regid', '65534', '--clear-groups', process.execPath, ...args]
  return spawnSync('/usr/bin/setpriv', command, { encoding: 'utf8', cwd: '/', env })
}
