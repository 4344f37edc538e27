/** Where everything of the agent is on a machine. `root` stands before every path: '' on a machine, a folder where its files are looked at. */

export interface Places {
  root: string
  /** Bundle, start script, PAM's script. Written into PAM's files as it is, without the root. */
  program: string
  bundle: string
  pamScript: string
  startScript: string
  /** Key, enrolment, ledger and originals: root's alone. */
  state: string
  key: string
  enrolment: string
  ledger: string
  originals: string
  /** Who is shown a challenge. Without this file everybody signs in as if there were no agent. */
  challenged: string
  /** Whose sessions the agent is told of. */
  managed: string
  lists: string
  socketFolder: string
  socket: string
  unit: string
  unitLink: string
  command: string
  sshdConfig: string
  sshdPart: string
  sudoers: string
}

/** What is written into files of the machine, which never know of a root. */
export const programFolder = '/opt/gatehouse-agent'
export const listFolder = '/etc/gatehouse-agent'

export function placesBelow(root = ''): Places {
  const at = (path: string) => root + path
  return {
    root,
    program: at(programFolder),
    bundle: at(`${programFolder}/gatehouse-agent.mjs`),
    pamScript: at(`${programFolder}/pam`),
    startScript: at(`${programFolder}/gatehouse-agent`),
    state: at('/var/lib/gatehouse-agent'),
    key: at('/var/lib/gatehouse-agent/key'),
    enrolment: at('/var/lib/gatehouse-agent/enrolment.json'),
    ledger: at('/var/lib/gatehouse-agent/ledger.json'),
    originals: at('/var/lib/gatehouse-agent/originals'),
    lists: at(listFolder),
    challenged: at(`${listFolder}/challenged`),
    managed: at(`${listFolder}/managed`),
    socketFolder: at('/run/gatehouse-agent'),
    socket: at('/run/gatehouse-agent/agent.sock'),
    unit: at('/etc/systemd/system/gatehouse-agent.service'),
    unitLink: at('/etc/systemd/system/multi-user.target.wants/gatehouse-agent.service'),
    command: at('/usr/local/sbin/gatehouse-agent'),
    sshdConfig: at('/etc/ssh/sshd_config'),
    sshdPart: at('/etc/ssh/sshd_config.d/00-gatehouse.conf'),
    sudoers: at('/etc/sudoers.d'),
  }
}

/** The PAM services at which a challenge is shown, as the contract names them. */
export const services = [
  { service: 'ssh', file: '/etc/pam.d/sshd' },
  { service: 'login', file: '/etc/pam.d/login' },
] as const
