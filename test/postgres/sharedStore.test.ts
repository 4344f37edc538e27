/** The store that a configuration names, on a real server: through TLS with a password from a file, and in words where it cannot be used. */
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openSharedStore } from '../../gateway/daemon/sharedStore.ts'
import type { PostgresSetting } from '../../gateway/daemon/storeSetting.ts'
import { ownTlsIdentity } from '../../gateway/daemon/tlsIdentity.ts'
import { clientConfig } from '../../gateway/store/postgres/pool.ts'
import type { PostgresPlace } from '../../gateway/store/postgres/pool.ts'
import { createDatabase, postgresServer } from '../gateway/postgresFixture.ts'
import { portOf } from '../gateway/gatewayFixture.ts'
import { freePort } from '../real/parts/keeper.ts'

let folder: string
let place: PostgresPlace
let good: PostgresSetting
let password: string

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-store-'))
  place = await createDatabase()
  const { passwordFile, certificateFile } = postgresServer()
  const own = join(folder, 'password')
  copyFileSync(passwordFile, own)
  chmodSync(own, 0o600)
  password = readFileSync(own, 'utf8').trim()
  const { port, database, user } = place
  good = { host: '127.0.0.1', port, database, user, passwordFile: own, tls: { ca: certificateFile } }
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

const open = (more: Partial<PostgresSetting> = {}) => openSharedStore({ ...good, ...more }, () => performance.now())

/** What the operator is told. */
async function told(more: Partial<PostgresSetting>): Promise<string> {
  const error: unknown = await open(more).then(
    (opened) => opened.close(),
    (reason: unknown) => reason,
  )
  expect(String(error instanceof Error ? error.stack : error)).not.toContain(password)
  return error instanceof Error ? error.message : 'it was opened'
}

function fileWith(name: string, text: string, mode = 0o600): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  chmodSync(path, mode)
  return path
}

async function inDatabase(sql: string): Promise<unknown[]> {
  const client = new Client(clientConfig(place))
  await client.connect()
  const { rows } = await client.query<Record<string, unknown>>(sql)
  await client.end()
  return rows
}

describe('a store on PostgreSQL', () => {
  test('is reached through TLS, and all that speaks to it is encrypted', async () => {
    const opened = await open()
    expect(await opened.store.selectFrom('store').select('id').execute()).toEqual([{ id: 1 }])
    const plain = `select count(*)::int as count from pg_stat_ssl join pg_stat_activity using (pid)
      where datname = '${place.database}' and client_addr is not null and not ssl`
    const all = `select count(*)::int as count from pg_stat_activity where datname = '${place.database}' and client_addr is not null`
    expect(await inDatabase(plain)).toEqual([{ count: 0 }])
    expect(await inDatabase(all)).not.toEqual([{ count: 0 }])
    await opened.close()
  })

  test('is reached through a Unix socket without a password, where the server knows who asks', async () => {
    const { passwordFile: _passwordFile, tls: _tls, ...rest } = good
    const opened = await openSharedStore({ ...rest, host: place.host }, () => performance.now())
    await opened.close()
  })

  test('takes a password that was changed in its file at the next connection, without a new start', async () => {
    await inDatabase(`drop role if exists changing; create role changing login password 'first' in role gatehouse`)
    const passwordFile = fileWith('changing', 'first\n')
    const opened = await open({ user: 'changing', passwordFile })
    await inDatabase(`alter role changing password 'second';
      select pg_terminate_backend(pid) from pg_stat_activity where usename = 'changing'`)
    writeFileSync(passwordFile, 'second\n')
    await expect
      .poll(
        () =>
          opened.store
            .selectFrom('store')
            .select('id')
            .execute()
            .catch(() => 'not yet'),
        { timeout: 5000 },
      )
      .toEqual([{ id: 1 }])
    await opened.close()
  })

  test('that does not know the password, the user or the database is told as that', async () => {
    expect(await told({ passwordFile: fileWith('wrong', 'wrong\n') })).toMatch(
      /^store\.postgres: PostgreSQL at 127\.0\.0\.1:\d+ does not let in the user "gatehouse" \(password or pg_hba\.conf\)/,
    )
    expect(await told({ user: 'nobody-here' })).toContain('does not let in the user "nobody-here"')
    expect(await told({ database: 'not_there' })).toMatch(/has no database "not_there"$/)
    const { passwordFile: _passwordFile, ...withoutPassword } = good
    await expect(openSharedStore(withoutPassword, () => performance.now())).rejects.toThrow(
      /asks for a password: passwordFile says where it is$/,
    )
  })

  test('whose certificate is another’s, or for another name, gets no password', async () => {
    await ownTlsIdentity(folder, '127.0.0.1', Date.now())
    expect(await told({ tls: { ca: join(folder, 'tls-certificate.pem') } })).toMatch(
      /has a certificate that is not trusted here \(\w+\); tls\.ca/,
    )
    expect(await told({ tls: {} })).toContain('has a certificate that is not trusted here')
    expect(await told({ host: 'localhost' })).toContain('has a certificate that is not trusted here (ERR_TLS_CERT_ALTNAME_INVALID)')
  })

  test('that offers no TLS, or is not there, is told as that', async () => {
    const plain = createServer((socket) => socket.on('error', () => {}).once('data', () => socket.end('N')))
    await new Promise<void>((resolve) => void plain.listen(0, '127.0.0.1', resolve))
    expect(await told({ port: portOf(plain) })).toMatch(/offers no TLS, without which nothing is sent$/)
    plain.close()
    expect(await told({ port: await freePort() })).toMatch(/cannot be reached \(ECONNREFUSED\)$/)
    expect(await told({ host: join(folder, 'sockets') })).toMatch(/cannot be reached \(ENOENT\)$/)
  })

  test('of a later version is left as it is', async () => {
    await inDatabase('update "schemaVersion" set version = 1000')
    expect(await told({})).toContain('was written by a later version of Gatehouse, and is left as it is')
    expect(await inDatabase('select version from "schemaVersion"')).toEqual([{ version: 1000 }])
  })

  test('in a database that belongs to another user is not begun', async () => {
    await inDatabase(`drop role if exists visitor; create role visitor login password 'visitor'`)
    await inDatabase('drop schema public cascade; create schema public')
    expect(await told({ user: 'visitor', passwordFile: fileWith('visitor', 'visitor') })).toContain(
      `the user "visitor" may not make tables in the database "${place.database}": it has to own it`,
    )
  })
})

describe('the file with the password', () => {
  test('that others can read, is empty or is not there is told with its path, and nothing is asked', async () => {
    const open644 = fileWith('open', 'secret', 0o644)
    expect(await told({ passwordFile: open644 })).toBe(
      `store.postgres.passwordFile: others can read ${open644}; give it to the service alone (chmod 600)`,
    )
    const empty = fileWith('empty', '\n')
    expect(await told({ passwordFile: empty })).toBe(`store.postgres.passwordFile: ${empty} is empty`)
    const absent = join(folder, 'absent')
    expect(await told({ passwordFile: absent })).toBe(`store.postgres.passwordFile: ${absent} cannot be read (ENOENT)`)
    expect(await told({ tls: { ca: absent } })).toBe(`store.postgres.tls.ca: ${absent} cannot be read (ENOENT)`)
  })
})
