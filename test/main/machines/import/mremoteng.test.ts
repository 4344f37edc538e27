import { createCipheriv, pbkdf2Sync, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { failureOf, readFile, timed } from './reading.ts'

/** A node as mRemoteNG writes it, with those of its 120 attributes that matter here. */
function node(attributes: Record<string, string>, children = ''): string {
  const all = {
    Name: 'n',
    Type: 'Connection',
    Descr: '',
    Icon: 'mRemoteNG',
    Panel: 'General',
    Username: '',
    Domain: '',
    Password: '',
    Hostname: '',
    Protocol: 'RDP',
    PuttySession: 'Default Settings',
    Port: '3389',
    RDGatewayHostname: '',
    RDGatewayPassword: '',
    PreExtApp: '',
    InheritUsername: 'false',
    InheritDomain: 'false',
    InheritPort: 'false',
    InheritProtocol: 'false',
    ...attributes,
  }
  const text = Object.entries(all).map(
    ([name, value]) => `${name}="${value.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;')}"`,
  )
  return children === '' ? `<Node ${text.join(' ')} />\n` : `<Node ${text.join(' ')}>\n${children}</Node>\n`
}
const folder = (name: string, children: string, attributes = {}) => node({ Name: name, Type: 'Container', ...attributes }, children)

const root = (inside: string, attributes = '') =>
  `<?xml version="1.0" encoding="utf-8"?>\n<mrng:Connections xmlns:mrng="http://mremoteng.org" Name="Connections" Export="false" EncryptionEngine="AES" BlockCipherMode="GCM" ${attributes} Protected="x" ConfVersion="2.6">\n${inside}</mrng:Connections>`
const file = (inside: string) => root(inside, 'KdfIterations="1000" FullFileEncryption="false"')

/** As mRemoteNG encrypts a whole file: salt, nonce, ciphertext and tag, the salt authenticated. */
function sealed(inside: string, password: string, iterations = 1000): string {
  const [salt, nonce] = [randomBytes(16), randomBytes(16)]
  const cipher = createCipheriv('aes-256-gcm', pbkdf2Sync(Buffer.from(password, 'latin1'), salt, iterations, 32, 'sha1'), nonce).setAAD(
    salt,
  )
  const text = Buffer.concat([salt, nonce, cipher.update(inside), cipher.final(), cipher.getAuthTag()]).toString('base64')
  return root(text, `KdfIterations="${iterations}" FullFileEncryption="true"`)
}

describe('confCons.xml', () => {
  test('gives connections with their folders, in the words of a machine', () => {
    const { machines, leftOut } = readFile(
      'confCons.xml',
      file(
        folder(
          'Kunde Nord',
          folder('Server', node({ Name: 'DC & Co', Hostname: 'dc.nord.example', Username: 'admin', Domain: 'NORD', Port: '3390' })) +
            node({ Name: 'web', Hostname: '10.0.0.5', Protocol: 'SSH2', Port: '22', Username: 'root' }),
        ) + node({ Name: 'switch', Hostname: '10.0.0.9', Protocol: 'Telnet', Port: '23' }),
      ),
    )
    expect(machines).toEqual([
      {
        line: 5,
        name: 'DC & Co',
        address: 'dc.nord.example',
        os: 'windows',
        way: 'rdp',
        port: 3390,
        user: 'NORD\\admin',
        site: '',
        tags: [],
        groups: ['Kunde Nord', 'Server'],
        ignored: [],
      },
      {
        line: 7,
        name: 'web',
        address: '10.0.0.5',
        os: 'linux',
        way: 'ssh',
        user: 'root',
        site: '',
        tags: [],
        groups: ['Kunde Nord'],
        ignored: [],
      },
    ])
    expect(leftOut).toEqual([{ line: 9, text: 'switch Telnet', why: 'otherProtocol' }])
  })

  test('what a connection inherits comes from its folder, through folders that inherit themselves', () => {
    const inherits = { InheritUsername: 'true', InheritPort: 'true', InheritProtocol: 'true' }
    const { machines } = readFile(
      'confCons.xml',
      file(
        folder('outer', folder('inner', node({ Name: 'a', Hostname: 'a.example', ...inherits }), inherits), {
          Username: 'ops',
          Port: '2222',
          Protocol: 'SSH2',
        }) + node({ Name: 'b', Hostname: 'b.example', ...inherits }),
      ),
    )
    expect(machines).toMatchObject([
      { name: 'a', way: 'ssh', port: 2222, user: 'ops' },
      { name: 'b', way: 'rdp' },
    ])
    expect(machines[1]).not.toHaveProperty('user')
  })

  test('passwords, gateways and programs are counted, and not one of them is taken', () => {
    const reading = readFile(
      'confCons.xml',
      file(
        node({
          Hostname: 'a.example',
          Password: 'c2VjcmV0',
          RDGatewayPassword: 'eA==',
          RDGatewayHostname: 'gw.example',
          PreExtApp: 'calc',
        }),
      ),
    )
    expect(reading).toMatchObject({
      secrets: 2,
      dropped: [
        { what: 'RDGatewayHostname', count: 1 },
        { what: 'PreExtApp', count: 1 },
      ],
      machines: [{ ignored: ['RDGatewayHostname', 'PreExtApp'] }],
    })
    expect(JSON.stringify(reading)).not.toMatch(/c2VjcmV0|gw\.example|calc/)
  })

  test('F-36: 7,000 passwords cost no key each', () => {
    const text = file(
      Array.from({ length: 7000 }, (_, at) => node({ Name: `m${at}`, Hostname: `m${at}.example`, Password: 'c2VjcmV0' })).join(''),
    )
    // 7,000 keys of 1,000 rounds would be a quarter of a minute.
    expect(timed(() => expect(readFile('confCons.xml', text)).toMatchObject({ secrets: 7000 }))).toBeLessThan(5000)
  })
})

describe('F-34: an XML that is made to do harm', () => {
  test.each([
    ['a document type', `<?xml version="1.0"?>\n<!DOCTYPE Connections [<!ENTITY a "b">]>\n<Connections/>`, { problem: 'doctype' }],
    ['an external entity', `<!DOCTYPE Connections SYSTEM "file:///etc/passwd">\n<Connections>&x;</Connections>`, { problem: 'doctype' }],
    ['an entity of its own', '<Connections>\n&lol;</Connections>', { problem: 'xml', line: 2 }],
    ['nesting without end', `<Connections>${'<Node Type="Container">'.repeat(1000)}`, { problem: 'tooDeep' }],
    ['an end that is missing', '<Connections>\n<Node Name="a"\n', { problem: 'xml', line: 3 }],
    ['an attribute twice', '<Connections>\n<Node Name="a" Name="b"/></Connections>', { problem: 'xml', line: 2 }],
  ])('%s is refused with its line within a second', (_what, text, failure) => {
    const took = timed(() => expect(failureOf(() => readFile('confCons.xml', text))).toMatchObject({ tag: 'badFile', ...failure }))
    expect(took).toBeLessThan(1000)
  })

  test('names like parts of an object are names', () => {
    const { machines } = readFile('c.xml', file(folder('__proto__', node({ Name: 'constructor', Hostname: 'toString', Protocol: 'RDP' }))))
    expect(machines).toMatchObject([{ name: 'constructor', address: 'tostring', groups: ['__proto__'] }])
    expect(readFile('c.xml', file(node({ Hostname: 'a', Protocol: 'constructor' }))).leftOut).toMatchObject([{ why: 'otherProtocol' }])
  })
})

describe('F-35: a file that is encrypted as a whole', () => {
  const inside = folder('Lab', node({ Name: 'web', Hostname: '10.0.0.5', Protocol: 'SSH2', Port: '22' }))

  test('asks for its password, says that another one is wrong, and opens with the right one', () => {
    const text = sealed(inside, 'Grüße')
    expect(readFile('c.xml', text)).toMatchObject({ asks: 'password', machines: [], secrets: 0 })
    expect(readFile('c.xml', text, { password: 'guess' })).toMatchObject({ asks: 'wrongPassword', machines: [] })
    expect(readFile('c.xml', text, { password: 'Grüße' })).toMatchObject({
      machines: [{ name: 'web', address: '10.0.0.5', groups: ['Lab'] }],
    })
    expect(readFile('c.xml', text, { password: 'Grüße' })).not.toHaveProperty('asks')
  })

  test('with the password that mRemoteNG takes where there is none opens by itself', () => {
    expect(readFile('c.xml', sealed(inside, 'mR3m'))).toMatchObject({ machines: [{ name: 'web' }] })
  })

  test.each(['2147483648', '1000001', '0', '-1', 'many'])('KdfIterations of %s is refused at once', (iterations) => {
    const text = sealed(inside, 'x').replace('KdfIterations="1000"', `KdfIterations="${iterations}"`)
    const took = timed(() =>
      expect(failureOf(() => readFile('c.xml', text, { password: 'x' }))).toMatchObject({ tag: 'badFile', problem: 'tooManyIterations' }),
    )
    expect(took).toBeLessThan(500)
  })

  test('as many rounds as are done at all are done within ten seconds', () => {
    expect(timed(() => expect(readFile('c.xml', sealed(inside, 'mR3m', 1_000_000))).toMatchObject({ machines: [{}] }))).toBeLessThan(
      10_000 * 2,
    )
  }, 60_000)

  test.each([
    ['another cipher', 'EncryptionEngine="AES"', 'EncryptionEngine="Serpent"'],
    ['another mode', 'BlockCipherMode="GCM"', 'BlockCipherMode="EAX"'],
  ])('%s is said', (_what, from, to) => {
    expect(failureOf(() => readFile('c.xml', sealed(inside, 'x').replace(from, to)))).toMatchObject({ problem: 'otherCipher' })
  })

  test('one changed bit opens with no password', () => {
    const text = sealed(inside, 'mR3m')
    const at = text.indexOf('ConfVersion="2.6">') + 80
    const changed = `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`
    expect(readFile('c.xml', changed)).toMatchObject({ asks: 'password', machines: [] })
  })
})
