/**
 * Debian packages: which are needed for what, and how they get here. Installed only where that takes no question (root, or sudo without
 * one); elsewhere the exact command is printed and nothing is changed. Knows nothing of npm: it may run before node_modules is there.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** `a|b`: either will do, the first that the system knows is taken (FreeRDP 2 is Debian 12's, 3 is Debian 13's). */
export const packages = {
  // Chromium recommends its sandbox only, and does not start without it where users may not make namespaces.
  window: ['chromium', 'chromium-sandbox', 'libsecret-1-0', 'fonts-noto-core'],
  machines: ['openssh-server', 'openssh-client', 'openssl', 'xrdp', 'xorgxrdp', 'xauth', 'xterm', 'openbox', 'fonts-dejavu-core'],
  screen: ['xvfb', 'openbox', 'x11-utils', 'xdotool', 'imagemagick'],
  clients: ['openssh-client', 'freerdp2-x11|freerdp3-x11', 'xterm'],
  keychain: ['dbus-bin', 'dbus-daemon', 'gcr', 'gnome-keyring', 'libglib2.0-bin', 'libsecret-1-0', 'libsecret-tools'],
  relay: ['haproxy'],
  audit: ['sqlite3'],
  database: ['postgresql'],
  // A machine's agent writes rules for sudo.
  agent: ['sudo'],
  // nft names protocols by /etc/protocols, which is netbase's.
  gates: ['nftables', 'iproute2', 'netbase'],
  fonts: ['fonts-noto-core', 'fonts-noto-cjk'],
}

/** What the tour and the tests stand on: real machines, a screen, clients, a keychain. */
export const everything = [...new Set(Object.values(packages).flat())].toSorted((a, b) => a.localeCompare(b, 'en'))

/**
 * Debian starts what it installs, and again at the next boot. These were asked for as programs, not as services.
 * @type {Record<string, string[]>}
 */
const services = { 'openssh-server': ['ssh'], xrdp: ['xrdp', 'xrdp-sesman'], haproxy: ['haproxy'], postgresql: ['postgresql'] }

/** Run with root's rights: $1 the services to switch off again, the rest packages. */
const installScript = `
set -eu
services=$1; shift
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 130' INT TERM HUP
  printf '#!/bin/sh\\nexit 101\\n' > "$policy"
  chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
install() { apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "$@"; }
known() { for one in "$@"; do apt-cache show "$one" >/dev/null 2>&1 || return 1; done; }
if known "$@" && install "$@"; then :; else
  apt-get -q -o DPkg::Lock::Timeout=300 update
  install "$@"
fi
for service in $services; do
  if command -v systemctl >/dev/null 2>&1; then systemctl disable "$service" >/dev/null 2>&1 || true
  elif command -v update-rc.d >/dev/null 2>&1; then update-rc.d "$service" disable >/dev/null 2>&1 || true
  fi
done
`

/**
 * Those of the wanted packages that are not installed.
 * @param {string[]} wanted
 */
export function missing(wanted) {
  return wanted.filter((alternatives) => !alternatives.split('|').some(isInstalled))
}

/** @param {string} name */
function isInstalled(name) {
  const answer = spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Status}', name], { encoding: 'utf8' })
  return answer.status === 0 && answer.stdout === 'installed'
}

/**
 * The command that gives this process root's rights without a question: nothing for root, sudo, or undefined.
 * @returns {string[] | undefined}
 */
export function rootPrefix() {
  if (process.getuid?.() === 0) return []
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? ['sudo', '-n'] : undefined
}

/**
 * How a person runs a command with root's rights here; ends the sentence "…, as root:". sudo is named only where it is installed.
 * @param {string} command
 */
export function asRoot(command) {
  const hasSudo = spawnSync('sudo', ['-V'], { stdio: 'ignore' }).error === undefined
  return `as root:\n\n  ${command}\n${hasSudo ? `\nor with sudo:\n\n  sudo ${command}\n` : ''}`
}

/**
 * Makes sure that the packages are there, for the purpose named in a few words. Gives whether they are; if not, what to do was printed.
 * @param {string[]} wanted
 * @param {string} purpose
 */
export function ensure(wanted, purpose) {
  if (process.platform !== 'linux' || !existsSync('/usr/bin/dpkg-query')) {
    if (wanted.length > 0) console.error(`Not a Debian system: for ${purpose} these must be there (Debian's names): ${wanted.join(' ')}`)
    // Whatever is needed may well be there under another name: who needs it will say what it lacks.
    return true
  }
  const lacking = missing(wanted)
  if (lacking.length === 0) return true
  const names = lacking.map(choose)
  const prefix = rootPrefix()
  const command = `apt-get install --no-install-recommends ${names.join(' ')}`
  if (prefix === undefined) {
    console.error(`For ${purpose} some Debian packages are missing. Nothing was changed. Install them, ${asRoot(command)}`)
    return false
  }
  console.error(`Installing Debian packages for ${purpose}: ${names.join(' ')} …`)
  const switchedOff = names.flatMap((name) => services[name] ?? []).join(' ')
  const [program = '', ...args] = [...prefix, 'sh', '-c', installScript, 'sh', switchedOff, ...names]
  const result = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28 })
  if (result.status === 0) return true
  console.error(
    `${`${result.stdout}${result.stderr}`.slice(-2000)}\nDebian's packages could not be installed. The command was:\n\n  ${[...prefix, command].join(' ')}\n`,
  )
  return false
}

/** @param {string} alternatives */
function choose(alternatives) {
  const names = alternatives.split('|')
  return names.find((name) => spawnSync('apt-cache', ['show', name], { stdio: 'ignore' }).status === 0) ?? alternatives.replace(/\|.*/, '')
}
