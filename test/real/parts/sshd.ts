/** A real OpenSSH server on 127.0.0.1 with a host key and a Unix user of its own: a machine to connect to. */
import { type ChildProcess } from 'node:child_process'
import { chmodSync, chownSync, copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { createKeeper, eventually, freePort, type Keeper, run, tail } from './keeper.ts'

export interface Sshd {
  address: '127.0.0.1'
  port: number
  user: string
  password: string
  /** ed25519, without a passphrase. */
  privateKeyFile: string
  /** ed25519, under `passphrase`. */
  passphraseKeyFile: string
  passphrase: string
  /** `SHA256:…` of the present host key, as OpenSSH prints it. */
  readonly hostKeyFingerprint: string
  /** The line that known_hosts would hold for the present host key. */
  readonly hostKeyLine: string
  /** What the server logged so far. */
  log(): string
  /** Gives the server another host key on the same port; open connections go on. */
  changeHostKey(): Promise<void>
  stop: () => Promise<void>
}

export interface SshdOptions {
  /** A private host key file to use instead of a new ed25519 key. */
  hostKey?: string
  /** Whether password and keyboard-interactive (through PAM) are offered beside keys; true if not given. */
  passwordLogin?: boolean
  port?: number
}

/** Starts the server and waits until it answers. The user's prompt is `gatehouse$ ` and nothing is printed before it. Needs root. */
export async function startSshd({ hostKey, passwordLogin = true, port: wantedPort }: SshdOptions = {}): Promise<Sshd> {
  const keeper = createKeeper('sshd')
  try {
    const { user, password, home } = await keeper.addUser()
    const passphrase = 'correct horse'
    const privateKeyFile = join(keeper.folder, 'id')
    const passphraseKeyFile = join(keeper.folder, 'id_passphrase')
    const hostKeyFile = join(keeper.folder, 'host_key')
    await Promise.all([
      makeKey(privateKeyFile, ''),
      makeKey(passphraseKeyFile, passphrase),
      hostKey === undefined ? makeKey(hostKeyFile, '') : copyHostKey(hostKey, hostKeyFile),
    ])
    furnishHome(home, [privateKeyFile, passphraseKeyFile])
    mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })

    let { port, child } = await listen(keeper, hostKeyFile, passwordLogin, wantedPort)
    let identity = await readIdentity(hostKeyFile, port)
    return {
      address: '127.0.0.1',
      port,
      user,
      password,
      privateKeyFile,
      passphraseKeyFile,
      passphrase,
      get hostKeyFingerprint() {
        return identity.fingerprint
      },
      get hostKeyLine() {
        return identity.line
      },
      log: () => readFileSync(join(keeper.folder, 'sshd.log'), 'utf8'),
      async changeHostKey() {
        await makeKey(hostKeyFile, '')
        await keeper.end(child)
        child = (await listen(keeper, hostKeyFile, passwordLogin, port)).child
        identity = await readIdentity(hostKeyFile, port)
      },
      stop: keeper.stop,
    }
  } catch (error) {
    await keeper.stop()
    throw error
  }
}

async function makeKey(file: string, passphrase: string): Promise<void> {
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', 'gatehouse-test', '-f', file], 'y\n')
}

async function copyHostKey(from: string, to: string): Promise<void> {
  copyFileSync(from, to)
  chmodSync(to, 0o600)
  writeFileSync(`${to}.pub`, await run('ssh-keygen', ['-y', '-f', to]))
}

function furnishHome(home: string, keys: string[]): void {
  const { uid, gid } = statSync(home)
  mkdirSync(join(home, '.ssh'), { mode: 0o700 })
  writeFileSync(join(home, '.ssh/authorized_keys'), keys.map((key) => readFileSync(`${key}.pub`, 'utf8')).join(''))
  writeFileSync(join(home, '.bashrc'), "PS1='gatehouse$ '\n")
  writeFileSync(join(home, '.bash_profile'), '. ~/.bashrc\n')
  // What PAM would print (the message of the day) is left out for who has this file.
  writeFileSync(join(home, '.hushlogin'), '')
  for (const name of ['.ssh', '.ssh/authorized_keys', '.bashrc', '.bash_profile', '.hushlogin']) chownSync(join(home, name), uid, gid)
}

async function listen(
  keeper: Keeper,
  hostKeyFile: string,
  passwordLogin: boolean,
  wantedPort?: number,
): Promise<{ port: number; child: ChildProcess }> {
  for (let attempt = 1; ; attempt++) {
    const port = wantedPort ?? (await freePort())
    const config = join(keeper.folder, 'sshd_config')
    const log = join(keeper.folder, 'sshd.log')
    writeFileSync(config, configText(keeper.folder, port, hostKeyFile, passwordLogin))
    // From 9.8 on a refused password would make the server deaf to 127.0.0.1 for a while; older ones do not know the word.
    const patient = `${readFileSync(config, 'utf8')}PerSourcePenalties no\n`
    writeFileSync(`${config}.patient`, patient)
    const file = await run('/usr/sbin/sshd', ['-t', '-f', `${config}.patient`]).then(
      () => `${config}.patient`,
      () => config,
    )
    // The absolute path is a rule of sshd: it starts itself again for every connection.
    const child = keeper.start('/usr/sbin/sshd', ['-D', '-f', file, '-E', log], { stdio: 'ignore' })
    try {
      await eventually(`sshd on port ${port}`, 10_000, () => {
        if (child.exitCode !== null) throw new Error(`sshd ended with ${child.exitCode}: ${tail(log)}`)
        return greets(port)
      })
      return { port, child }
    } catch (error) {
      await keeper.end(child)
      if (attempt === 3) throw error
    }
  }
}

function configText(folder: string, port: number, hostKeyFile: string, passwordLogin: boolean): string {
  const answer = passwordLogin ? 'yes' : 'no'
  return `Port ${port}
ListenAddress 127.0.0.1
PidFile ${folder}/sshd.pid
HostKey ${hostKeyFile}
UsePAM yes
PubkeyAuthentication yes
PasswordAuthentication ${answer}
KbdInteractiveAuthentication ${answer}
PermitRootLogin no
StrictModes no
PrintMotd no
PrintLastLog no
LogLevel VERBOSE
MaxStartups 200
MaxSessions 200
Subsystem sftp internal-sftp
`
}

/** Whether something that speaks SSH answers on the port. */
function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 2000 })
    const done = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('data', (data) => done(data.toString('latin1').startsWith('SSH-')))
    for (const event of ['error', 'timeout', 'close']) socket.once(event, () => done(false))
  })
}

async function readIdentity(hostKeyFile: string, port: number): Promise<{ fingerprint: string; line: string }> {
  const [, fingerprint = ''] = (await run('ssh-keygen', ['-l', '-f', `${hostKeyFile}.pub`])).split(' ')
  const [type, key] = readFileSync(`${hostKeyFile}.pub`, 'utf8').split(' ')
  return { fingerprint, line: `[127.0.0.1]:${port} ${type} ${key?.trim()}` }
}
