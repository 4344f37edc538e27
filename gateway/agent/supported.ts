/** Whether a machine can have sign-in challenges, by SPEC's reasons. An agent that finds one of them does not enrol, and changes nothing. */
import { access } from 'node:fs/promises'
import type { z } from 'zod'
import type { AgentRefusal } from '../contract/challenges.ts'
import { readText } from './files.ts'
import { withBlock } from './pamBlock.ts'
import { services, type Places } from './places.ts'
import type { Run } from './programs.ts'
import { includesParts, readSshdSettings } from './sshdPart.ts'

export interface NotSupported {
  reason: z.infer<typeof AgentRefusal>
  detail: string
}

/** How long the services let somebody try. */
export interface Grace {
  ssh: number
  login: number
}

/** NOTAFTER came with sudo 1.8.20. */
const oldestSudo = [1, 8, 20]

/** The first reason against it; or what was found. `needsSystemd` is false where something else starts the agent. */
export async function judgeMachine(places: Places, run: Run, needsSystemd: boolean): Promise<NotSupported | Grace> {
  const no = (reason: NotSupported['reason'], detail: string) => ({ reason, detail })
  if (process.getuid?.() !== 0) return no('notRoot', 'run this as root')
  if (needsSystemd && !(await isThere(`${places.root}/run/systemd/system`))) return no('noSystemd', 'systemd does not run here')
  const controller = await domainControllerReason(places)
  if (controller !== undefined) return no('domainController', controller)

  const sudo = await run('sudo', ['-V'])
  const [, version = ''] = /^Sudo version ([\d.]+)/m.exec(sudo.out) ?? []
  if (version === '' || (await run('visudo', ['-V'])).code !== 0) return no('noSudo', 'sudo is not installed')
  if (isOlder(version, oldestSudo)) return no('tooOld', `sudo ${version} has no rules with an end; 1.8.20 has`)
  const sudoers = await readText(`${places.root}/etc/sudoers`)
  if (!/^\s*[@#]includedir\s+\/etc\/sudoers\.d\s*$/m.test(sudoers ?? ''))
    return no('noSudo', '/etc/sudoers does not include /etc/sudoers.d')

  let some = 0
  for (const { file } of services) {
    const text = await readText(places.root + file)
    if (text === undefined) continue
    const edited = withBlock(text)
    if ('fault' in edited) {
      const words = { otherAuthentication: 'asks for a second factor, which a challenge would pass by', noPam: 'has no authentication' }
      return no(edited.fault, `${file} ${words[edited.fault]}`)
    }
    some += 1
  }
  if (some === 0) return no('noPam', 'there is neither /etc/pam.d/sshd nor /etc/pam.d/login')
  for (const tool of ['pam_exec.so', 'pam_listfile.so', 'pam_permit.so']) {
    const found = await run('find', ['/lib', '/usr/lib', '/lib64', '/usr/lib64', '-maxdepth', '3', '-name', tool, '-print', '-quit'])
    if (found.out === '') return no('noPam', `PAM has no ${tool}`)
  }
  for (const tool of ['useradd', 'usermod', 'userdel', 'mkhomedir_helper', 'timeout', 'gpasswd']) {
    if ((await run('sh', ['-c', 'command -v "$1"', 'sh', tool])).code !== 0) return no('noPam', `there is no ${tool}`)
  }
  return judgeSshd(places, run)
}

async function judgeSshd(places: Places, run: Run): Promise<NotSupported | Grace> {
  const login = Number(/^\s*LOGIN_TIMEOUT\s+(\d+)/m.exec((await readText(`${places.root}/etc/login.defs`)) ?? '')?.[1] ?? 60)
  if (!(await isThere(`${places.root}/usr/sbin/sshd`)) || !(await isThere(places.sshdConfig))) return { ssh: 120, login }
  const said = await run('/usr/sbin/sshd', ['-T'])
  if (said.code !== 0)
    return { reason: 'otherAuthentication', detail: `sshd does not take its own configuration: ${said.err.trim().slice(0, 200)}` }
  const settings = readSshdSettings(said.out)
  if (settings.get('usepam') !== 'yes') return { reason: 'otherAuthentication', detail: 'sshd does not use PAM (UsePAM no)' }
  const isOn = settings.get('kbdinteractiveauthentication') === 'yes'
  if (!isOn && !includesParts((await readText(places.sshdConfig)) ?? '')) {
    return { reason: 'otherAuthentication', detail: 'sshd_config does not include sshd_config.d, and KbdInteractiveAuthentication is no' }
  }
  return { ssh: Number(settings.get('logingracetime') ?? 120), login }
}

/** Samba or FreeIPA: its users are everybody's, and no machine's agent may make administrators there. */
export async function domainControllerReason(places: Places): Promise<string | undefined> {
  const samba = await readText(`${places.root}/etc/samba/smb.conf`)
  if (/^\s*server role\s*=\s*(active directory )?domain controller/im.test(samba ?? '')) return 'this is a Samba domain controller'
  return (await isThere(`${places.root}/etc/ipa/server.conf`)) ? 'this is a FreeIPA server' : undefined
}

/** Pure. Compares "1.9.13p3" part by part. */
export function isOlder(version: string, oldest: readonly number[]): boolean {
  const parts = version.split('.').map((part) => Number.parseInt(part, 10) || 0)
  for (const [index, wanted] of oldest.entries()) {
    const part = parts[index] ?? 0
    if (part !== wanted) return part < wanted
  }
  return false
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
