import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { eventuallyDrawn, startDisplay } from './parts/display.ts'
import { startHaproxy } from './parts/haproxy.ts'
import { eventually, listens, run } from './parts/keeper.ts'
import { startBusWithoutService, startKeyring } from './parts/keyring.ts'
import { type Sshd, startSshd } from './parts/sshd.ts'
import { sessionColour, startXrdp } from './parts/xrdp.ts'

const scratch = mkdtempSync(join(tmpdir(), 'gatehouse-parts-test-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const isUser = (name: string) => readFileSync('/etc/passwd', 'utf8').includes(`\n${name}:`)

/** Signs in with the system's ssh, trusting exactly the host key line given. */
async function ssh(sshd: Sshd, hostKeyLine: string, command: string): Promise<string> {
  const knownHosts = join(scratch, `known_hosts_${sshd.port}`)
  await run('sh', ['-c', 'cat > "$0"', knownHosts], `${hostKeyLine}\n`)
  const options = [
    'BatchMode=yes',
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile=${knownHosts}`,
    'GlobalKnownHostsFile=/dev/null',
  ].flatMap((one) => ['-o', one])
  return await run(
    'ssh',
    ['-F', 'none', ...options, '-tt', '-i', sshd.privateKeyFile, '-p', `${sshd.port}`, '--', `${sshd.user}@127.0.0.1`],
    command,
  )
}

describe('sshd', () => {
  test('a key signs in, the prompt is the fixed one and nothing comes before it; afterwards nothing is left', async () => {
    const sshd = await startSshd()
    const shown = await ssh(sshd, sshd.hostKeyLine, 'id -un\nexit\n')
    // The terminal may be told of bracketed paste before the prompt; the echo of what was typed ahead comes first of all.
    expect(shown).toContain('gatehouse$ ')
    expect(stripVTControlCharacters(shown).replaceAll('\r', '')).toContain(`\n${sshd.user}\n`)
    expect(shown).not.toMatch(/last login|motd|welcome|debian/i)
    await sshd.stop()
    await sshd.stop()
    expect(isUser(sshd.user)).toBe(false)
    expect(existsSync(`/home/${sshd.user}`)).toBe(false)
    expect(existsSync(sshd.privateKeyFile)).toBe(false)
    expect(await listens(sshd.port)).toBe(false)
  })

  test('a changed host key is another fingerprint on the same port, and a client that pinned the old one refuses', async () => {
    const sshd = await startSshd()
    const [line, fingerprint] = [sshd.hostKeyLine, sshd.hostKeyFingerprint]
    expect(fingerprint).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/)
    await sshd.changeHostKey()
    expect(sshd.hostKeyFingerprint).not.toBe(fingerprint)
    await expect(ssh(sshd, line, 'exit\n')).rejects.toThrow(/REMOTE HOST IDENTIFICATION HAS CHANGED/)
    await expect(ssh(sshd, sshd.hostKeyLine, 'exit\n')).resolves.toContain('gatehouse$')
    await sshd.stop()
  })

  test('without password login only keys are offered', async () => {
    const sshd = await startSshd({ passwordLogin: false })
    const answer = run('ssh', [
      '-F',
      'none',
      '-o',
      'BatchMode=yes',
      '-o',
      'StrictHostKeyChecking=no',
      '-o',
      'UserKnownHostsFile=/dev/null',
      '-o',
      'PubkeyAuthentication=no',
      '-p',
      `${sshd.port}`,
      `${sshd.user}@127.0.0.1`,
    ])
    await expect(answer).rejects.toThrow('Permission denied (publickey).')
    await sshd.stop()
  })

  test('a test that is killed leaves no server and no user behind', async () => {
    const script = `import { startSshd } from ${JSON.stringify(join(import.meta.dirname, 'parts/sshd.ts'))}
      const { user, port, privateKeyFile } = await startSshd()
      process.stdout.write(JSON.stringify({ user, port, privateKeyFile }), () => process.kill(process.pid, 'SIGKILL'))`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    for await (const piece of child.stdout.setEncoding('utf8')) text += String(piece)
    const [, user = ''] = /"user":"([^"]+)"/.exec(text) ?? []
    const [, port = ''] = /"port":(\d+)/.exec(text) ?? []
    const [, keyFile = ''] = /"privateKeyFile":"([^"]+)"/.exec(text) ?? []
    expect(user).toMatch(/^gh-/)
    await eventually(
      'user, server and folder to be gone',
      10_000,
      async () => !isUser(user) && !existsSync(keyFile) && !(await listens(Number(port))),
    )
  })
})

describe('display and xrdp', () => {
  test('two desktops run side by side, each with its own certificate, and FreeRDP shows one', { timeout: 70_000 }, async () => {
    const [display, one, other] = await Promise.all([
      startDisplay({ width: 1100, height: 800, windowManager: true }),
      startXrdp(),
      startXrdp(),
    ])
    expect(one.certificateFingerprint).not.toBe(other.certificateFingerprint)
    expect(await certificateOnTheWire(one.port)).toBe(one.certificateFingerprint)

    const pin = one.certificateFingerprint.replaceAll(/..(?=.)/g, '$&:')
    const freerdp = spawn(
      'xfreerdp',
      [
        '/from-stdin:force',
        `/v:localhost:${one.port}`,
        `/u:${one.user}`,
        '/d:.',
        `/cert:fingerprint:sha256:${pin}`,
        '/size:1024x700',
        '-dynamic-resolution',
        // With acknowledged frames the first picture stays black now and then.
        '/frame-ack:0',
      ],
      {
        env: { ...process.env, DISPLAY: display.display },
        stdio: ['pipe', 'ignore', 'ignore'],
      },
    )
    freerdp.stdin.end(`${one.password}\n`)
    const shot = join(scratch, 'screen.png')
    await eventuallyDrawn('the session on the screen', 30_000, display, async () => {
      await display.screenshot(shot)
      return (await run('convert', [shot, '-format', '%c', 'histogram:info:-'])).includes(sessionColour)
    })
    freerdp.kill()
    await Promise.all([one.stop(), other.stop(), display.stop()])
    for (const { user, port } of [one, other]) {
      expect(isUser(user)).toBe(false)
      expect(await listens(port)).toBe(false)
    }
  })
})

/** RDP asks for TLS in the clear first (MS-RDPBCGR 2.2.1.1), so the certificate is asked for as a client does. */
async function certificateOnTheWire(port: number): Promise<string> {
  const { connect: connectTcp } = await import('node:net')
  const tcp = connectTcp(port, '127.0.0.1')
  tcp.write(Buffer.from('030000130ee000000000000100080001000000', 'hex'))
  await new Promise((resolve) => tcp.once('data', resolve))
  const tls = connect({ socket: tcp, rejectUnauthorized: false })
  await new Promise((resolve, reject) => tls.once('secureConnect', resolve).once('error', reject))
  const fingerprint = tls.getPeerCertificate().fingerprint256.replaceAll(':', '').toLowerCase()
  tls.destroy()
  return fingerprint
}

describe('keyring', () => {
  test('an open keyring keeps a secret, a locked one refuses, and an earlier home still has it', { timeout: 30_000 }, async () => {
    const home = join(scratch, 'home')
    const keyring = await startKeyring({ home })
    await run('secret-tool', ['store', '--label=test', 'word', 'one'], 'open sesame', keyring.env)
    expect(await run('secret-tool', ['lookup', 'word', 'one'], '', keyring.env)).toBe('open sesame')
    await keyring.lock()
    await expect(run('secret-tool', ['store', '--label=test', 'word', 'two'], 'x', keyring.env)).rejects.toThrow('locked collection')
    await keyring.stop()

    const again = await startKeyring({ home })
    expect(await run('secret-tool', ['lookup', 'word', 'one'], '', again.env)).toBe('open sesame')
    await again.stop()

    const locked = await startKeyring({ home, locked: true })
    await expect(run('secret-tool', ['lookup', 'word', 'one'], '', locked.env)).rejects.toThrow('ended with 1')
    await locked.stop()
  })

  test('a bus without a Secret Service says that nobody has the name', async () => {
    const bus = await startBusWithoutService()
    await expect(run('secret-tool', ['lookup', 'word', 'one'], '', bus.env)).rejects.toThrow('org.freedesktop.secrets was not provided')
    await bus.stop()
  })
})

test('HAProxy relays to its target', async () => {
  const sshd = await startSshd()
  const haproxy = await startHaproxy({ target: sshd.port })
  expect(await run('ssh-keyscan', ['-t', 'ed25519', '-p', `${haproxy.port}`, '127.0.0.1'])).toContain(sshd.hostKeyLine.split(' ')[2])
  await Promise.all([haproxy.stop(), sshd.stop()])
  expect(await listens(haproxy.port)).toBe(false)
})
