/** The small texts that an installation writes: PAM's script, the command, the systemd unit. Pure. */
import { patienceS } from './enrolment.ts'
import { placesBelow } from './places.ts'

const { bundle, socket } = placesBelow()

/**
 * POSIX sh. pam_exec gives no PATH, and whatever else is in its environment may be the user's. In rescue and emergency mode, and where no agent runs, it
 * says no at once; and each question has an end, should the agent hang. `enter`: an empty line is yes, a password is no (PAM goes on with it).
 */
export function pamScript(node: string, graceS: { ssh: number; login: number }): string {
  return `#!/bin/sh
# Run by PAM (/etc/pam.d/sshd, /etc/pam.d/login) for Gatehouse's sign-in users alone; put here by gatehouse-agent.
PATH=/usr/sbin:/usr/bin:/sbin:/bin
case " $(cat /proc/cmdline) " in
*" single "*|*" S "*|*" 1 "*|*" rescue "*|*" emergency "*|*rescue.target*|*emergency.target*|*" init=/bin/"*) exit 1 ;;
esac
[ -S ${socket} ] || exit 1
ask() {
  exec env -i PATH="$PATH" PAM_TYPE="$PAM_TYPE" PAM_SERVICE="$PAM_SERVICE" PAM_USER="$PAM_USER" PAM_RHOST="$PAM_RHOST" PAM_TTY="$PAM_TTY" \\
    timeout -s KILL "$1" ${node} ${bundle} pam "$2" "$PPID"
}
case "$1" in
show) ask 12 show ;;
enter)
  typed=$(tr -d '\\000' | head -c 1)
  [ -z "$typed" ] && exit 0
  (ask 6 leave) </dev/null >/dev/null 2>&1 &
  exit 1 ;;
wait)
  case "$PAM_SERVICE" in
  sshd) ask ${waitLimitS(graceS.ssh)} wait ;;
  *) ask ${waitLimitS(graceS.login)} wait ;;
  esac ;;
session) ask 6 session ;;
esac
exit 1
`
}

export function startScript(node: string): string {
  return `#!/bin/sh\nexec ${node} ${bundle} "$@"\n`
}

/** Started after what lets people in, and never in rescue or emergency mode: those do not reach multi-user. */
export function systemdUnit(start: string): string {
  return `[Unit]
Description=Gatehouse agent: sign-in challenges
After=network-online.target
Wants=network-online.target
Conflicts=rescue.target emergency.target

[Service]
ExecStart=${start} run
Restart=on-failure
RestartSec=5
# A session that it let in outlives a restart of the agent.
KillMode=process
UMask=0077

[Install]
WantedBy=multi-user.target
`
}

/** The agent answers before: this is for one that hangs. */
function waitLimitS(graceS: number): number {
  return patienceS(graceS) + 6
}
