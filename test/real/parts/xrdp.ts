/**
 * A real xrdp on 127.0.0.1 with a certificate, a session manager and a Unix user of its own: a machine with a desktop to connect to.
 * The session shows an xterm with readable text.
 */
import { X509Certificate } from 'node:crypto'
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createKeeper, eventually, freePort, type Keeper, listens, run, tail } from './keeper.ts'

export interface Xrdp {
  address: '127.0.0.1'
  port: number
  user: string
  password: string
  /** SHA-256 of the certificate: 64 hexadecimal digits, small, without colons. */
  certificateFingerprint: string
  stop: () => Promise<void>
}

/** What the xterm in the session shows, and the colour behind it. */
export const sessionText = 'Gatehouse test desktop'
export const sessionColour = '#14273D'

/**
 * Starts xrdp and its session manager and waits until both listen. `withUser: false` leaves out the Unix user (user and password are then
 * empty): enough to look at the certificate. `shown` are lines that the session's terminal shows in the place of its own words. Needs root.
 * Several run side by side where mount namespaces are allowed; elsewhere a second one fails and says so.
 */
export async function startXrdp({ withUser = true, shown }: { withUser?: boolean; shown?: readonly string[] } = {}): Promise<Xrdp> {
  const keeper = createKeeper('xrdp')
  try {
    const { user, password } = withUser ? await addDesktopUser(keeper, shown) : { user: '', password: '' }
    const certificateFingerprint = await makeCertificate(keeper.folder)
    mkdirSync('/run/xrdp/sockdir', { recursive: true })
    chmodSync('/run/xrdp/sockdir', 0o3777)
    const port = await listen(keeper)
    return { address: '127.0.0.1', port, user, password, certificateFingerprint, stop: keeper.stop }
  } catch (error) {
    await keeper.stop()
    throw error
  }
}

async function addDesktopUser(keeper: Keeper, shown: readonly string[] | undefined): Promise<{ user: string; password: string }> {
  const { user, password, home } = await keeper.addUser()
  const { uid, gid } = statSync(home)
  const script = join(home, 'startwm.sh')
  const text = join(home, 'shown.txt')
  writeFileSync(text, (shown ?? ['', `  ${sessionText}`, '']).join('\n'), { mode: 0o644 })
  const size = shown ? `-fs 12 -geometry 76x${shown.length + 2}+20+20` : '-fs 20 -geometry 50x16+40+40'
  writeFileSync(
    script,
    `#!/bin/sh
export LC_ALL=C.UTF-8
openbox &
# A terminal that is there before the window manager may be one column wide when it is taken over.
for _ in $(seq 100); do
  case "$(xprop -root _NET_SUPPORTING_WM_CHECK 2>/dev/null)" in *'window id'*) break ;; esac
  sleep 0.1
done
exec xterm -fa 'DejaVu Sans Mono' ${size} -bg '${sessionColour}' -fg '#e6edf5' -T '${sessionText}' -e sh -c 'while [ "$(stty size | cut -d " " -f 2)" -lt 50 ]; do sleep 0.1; done; cat ${text}; echo; echo "  signed in as $(id -un)"; exec sh'
`,
  )
  chmodSync(script, 0o755)
  chownSync(script, uid, gid)
  return { user, password }
}

/** Makes a key and a self-signed certificate in the folder and gives the certificate's fingerprint. */
async function makeCertificate(folder: string): Promise<string> {
  const file = join(folder, 'cert.pem')
  const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1'
  const key = join(folder, 'key.pem')
  await run('openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    key,
    '-out',
    file,
    '-days',
    '30',
    '-subj',
    '/CN=localhost',
    '-addext',
    names,
  ])
  return new X509Certificate(readFileSync(file)).fingerprint256.replaceAll(':', '').toLowerCase()
}

async function listen(keeper: Keeper): Promise<number> {
  const sesmanIni = join(keeper.folder, 'sesman.ini')
  for (let attempt = 1; ; attempt++) {
    const [port, sesmanPort] = [await freePort(), await freePort()]
    const own = await canHaveOwnSesman()
    writeFileSync(sesmanIni, sesmanText(keeper.folder, own ? sesmanPort : 3350))
    writeFileSync(join(keeper.folder, 'xrdp.ini'), xrdpText(keeper.folder, port))
    if (!own && (await sesmanListens(3350))) {
      throw new Error(
        'Another xrdp runs here, and without mount namespaces (CAP_SYS_ADMIN) there can be only one: its session manager has 127.0.0.1:3350.',
      )
    }
    // xrdp reads the session manager's address from /etc/xrdp/sesman.ini whatever its options say, so it gets its own view of that file.
    const inNamespace = (program: string, ini: string) =>
      own
        ? keeper.start('unshare', [
            '--mount',
            'sh',
            '-c',
            'mount --bind "$1" /etc/xrdp/sesman.ini && exec "$2" -n -c "$3"',
            'sh',
            sesmanIni,
            program,
            ini,
          ])
        : keeper.start(program, ['-n', '-c', ini])
    const daemons = [inNamespace('xrdp-sesman', sesmanIni), inNamespace('xrdp', join(keeper.folder, 'xrdp.ini'))]
    try {
      await eventually(`xrdp on port ${port}`, 10_000, async () => {
        if (daemons.some(({ exitCode }) => exitCode !== null)) throw new Error(`xrdp ended: ${logs(keeper.folder)}`)
        return (await listens(port)) && (await sesmanListens(own ? sesmanPort : 3350))
      })
      return port
    } catch (error) {
      for (const daemon of daemons) await keeper.end(daemon)
      if (attempt === 3) throw error
    }
  }
}

function logs(folder: string): string {
  return ['unshare.log', 'xrdp.log', 'sesman.log']
    .map((name) => join(folder, name))
    .filter((file) => existsSync(file))
    .map(tail)
    .join('\n')
}

async function canHaveOwnSesman(): Promise<boolean> {
  return run('unshare', ['--mount', 'true']).then(
    () => true,
    () => false,
  )
}

function sesmanText(folder: string, port: number): string {
  // A stretch of display numbers for each part; the session manager skips those in use.
  const firstDisplay = 100 + Math.floor(Math.random() * 400) * 10
  return `[Globals]
ListenAddress=127.0.0.1
ListenPort=${port}
EnableUserWindowManager=true
UserWindowManager=startwm.sh
DefaultWindowManager=/etc/xrdp/startwm.sh
ReconnectScript=/etc/xrdp/reconnectwm.sh
[Security]
AllowRootLogin=false
MaxLoginRetry=4
AlwaysGroupCheck=false
[Sessions]
X11DisplayOffset=${firstDisplay}
MaxSessions=10
KillDisconnected=true
DisconnectedTimeLimit=1
IdleTimeLimit=0
Policy=Default
[Logging]
LogFile=${folder}/sesman.log
LogLevel=INFO
EnableSyslog=false
[Xorg]
param=/usr/lib/xorg/Xorg
param=-config
param=xrdp/xorg.conf
param=-noreset
param=-nolisten
param=tcp
param=-logfile
param=.xorgxrdp.%s.log
[Chansrv]
FuseMountName=thinclient_drives
FileUmask=077
[SessionVariables]
LANG=C.UTF-8
`
}

function xrdpText(folder: string, port: number): string {
  return `[Globals]
ini_version=1
fork=true
port=tcp://127.0.0.1:${port}
tcp_nodelay=true
tcp_keepalive=true
security_layer=tls
certificate=${folder}/cert.pem
key_file=${folder}/key.pem
ssl_protocols=TLSv1.2, TLSv1.3
autorun=Xorg
allow_channels=true
bitmap_cache=true
bitmap_compression=true
bulk_compression=true
max_bpp=32
new_cursors=true
use_fastpath=both
[Logging]
LogFile=${folder}/xrdp.log
LogLevel=INFO
EnableSyslog=false
[Channels]
rdpdr=false
rdpsnd=false
drdynvc=true
cliprdr=true
[Xorg]
name=Xorg
lib=libxup.so
username=ask
password=ask
ip=127.0.0.1
port=-1
code=20
`
}

/** The session manager takes ::1 when told 127.0.0.1 wherever there is IPv6. */
async function sesmanListens(port: number): Promise<boolean> {
  return (await listens(port)) || (await listens(port, '::1'))
}
