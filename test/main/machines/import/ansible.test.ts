import { describe, expect, test } from 'vitest'
import { expand } from '../../../../main/machines/import/ansibleRange.ts'
import { failureOf, readFile, timed } from './reading.ts'

const ini = (...lines: string[]) => readFile('hosts', lines.join('\n'))
const yaml = (...lines: string[]) => readFile('inventory.yml', lines.join('\n'))

describe('an Ansible inventory in INI', () => {
  test('gives hosts with their groups, parents first, and the variables that hold for them', () => {
    const { machines, leftOut, format } = ini(
      '# ours',
      'mail.example',
      '[web]',
      'web1 ansible_host=10.0.0.5 ansible_port=2222 ansible_user=deploy # first',
      'web2 ansible_host="10.0.0.6"',
      '[windows]',
      'dc ansible_host=dc.example ansible_connection=winrm ansible_port=5986',
      '[berlin:children]',
      'web',
      'windows',
      '[web:vars]',
      'ansible_user=ops',
      '[all:vars]',
      'ansible_user=root',
      'ansible_port=2200',
    )
    expect(format).toBe('ansible')
    expect(leftOut).toEqual([])
    expect(machines).toMatchObject([
      { line: 2, name: 'mail.example', address: 'mail.example', port: 2200, user: 'root', groups: [] },
      { line: 4, name: 'web1', address: '10.0.0.5', os: 'linux', way: 'ssh', port: 2222, user: 'deploy', groups: ['berlin', 'web'] },
      { line: 5, name: 'web2', address: '10.0.0.6', port: 2200, user: 'ops', groups: ['berlin', 'web'] },
      { line: 7, name: 'dc', address: 'dc.example', os: 'windows', groups: ['berlin', 'windows'] },
    ])
    expect(machines[3]).not.toHaveProperty('port')
  })

  test('names of before Ansible 2, ports behind names and ranges are understood', () => {
    const { machines } = ini('[db]', 'a ansible_ssh_host=10.0.0.1 ansible_ssh_user=x', 'b.example:2222', 'node[01:03].example', 'r-[a:c]')
    expect(machines.map(({ name, address, port }) => [name, address, port])).toEqual([
      ['a', '10.0.0.1', undefined],
      ['b.example', 'b.example', 2222],
      ['node01.example', 'node01.example', undefined],
      ['node02.example', 'node02.example', undefined],
      ['node03.example', 'node03.example', undefined],
      ['r-a', 'r-a', undefined],
      ['r-b', 'r-b', undefined],
      ['r-c', 'r-c', undefined],
    ])
  })

  test('passwords are counted and left out; what is a template, local or another protocol is no machine of ours', () => {
    const reading = ini(
      '[a]',
      'localhost ansible_connection=local',
      'sw1 ansible_connection=network_cli',
      'tpl ansible_host={{ lookup("x") }}',
      'ok ansible_password=hunter2 ansible_become_pass="p w" ansible_ssh_common_args="-o ProxyCommand=x" ansible_user={{ me }}',
      'x=y',
    )
    expect(reading).toMatchObject({
      secrets: 2,
      machines: [{ name: 'ok', ignored: ['User'] }],
      leftOut: [
        { line: 2, why: 'thisComputer' },
        { line: 3, why: 'otherProtocol' },
        { line: 4, why: 'badAddress' },
        { line: 6, why: 'notALine' },
      ],
      dropped: [{ what: 'ansible_ssh_common_args', count: 1 }],
    })
    expect(JSON.stringify(reading)).not.toMatch(/hunter2|p w|ProxyCommand/)
  })

  test('a group inside itself ends', () => {
    expect(ini('[a]', 'x', '[a:children]', 'b', '[b:children]', 'a').machines).toMatchObject([{ name: 'x' }])
  })

  test.each([
    ['a heading that does not end', ['[web', 'a'], 'heading', 1],
    ['a vault', ['$ANSIBLE_VAULT;1.1;AES256', '6162'], 'vault', 1],
  ])('%s is refused with its line', (_what, lines, problem, line) => {
    expect(failureOf(() => readFile('hosts', lines.join('\n'), { format: 'ansible' }))).toMatchObject({ tag: 'badFile', problem, line })
  })
})

describe('a range', () => {
  test.each([
    ['n[1:3]', ['n1', 'n2', 'n3']],
    ['n[08:10]', ['n08', 'n09', 'n10']],
    ['n[1:9:4]x', ['n1x', 'n5x', 'n9x']],
    ['[a:b][1:2]', ['a1', 'a2', 'b1', 'b2']],
    ['::1', ['::1']],
    ['plain', ['plain']],
  ])('%s', (pattern, names) => {
    expect(expand(pattern)?.map(({ name }) => name)).toEqual(names)
  })
  test.each(['n[1:999999999]', 'n[3:1]', 'n[1:2', 'n[]', 'n[1:2:0]', 'a[1:1000]b[1:1000]', 'n[x:y:z]'])('%s is none', (pattern) => {
    expect(expand(pattern)).toBeUndefined()
  })
})

describe('an Ansible inventory in YAML', () => {
  test('gives the same, with merged defaults and vaults left alone', () => {
    const reading = yaml(
      'all:',
      '  vars:',
      '    ansible_user: root',
      '  hosts:',
      '    mail.example:',
      '  children:',
      '    berlin:',
      '      children:',
      '        web:',
      '          vars: {ansible_user: ops}',
      '          hosts:',
      '            web1: &defaults',
      '              ansible_host: 10.0.0.5',
      '              ansible_port: 2222',
      '              ansible_password: !vault |',
      '                $ANSIBLE_VAULT;1.1;AES256',
      '                3162',
      '            web2:',
      '              <<: *defaults',
      '              ansible_host: 10.0.0.6',
    )
    expect(reading).toMatchObject({
      format: 'ansible',
      secrets: 2,
      machines: [
        { line: 5, name: 'mail.example', user: 'root', groups: [] },
        { line: 12, name: 'web1', address: '10.0.0.5', port: 2222, user: 'ops', groups: ['berlin', 'web'] },
        { line: 18, name: 'web2', address: '10.0.0.6', port: 2222, user: 'ops', groups: ['berlin', 'web'] },
      ],
    })
    expect(JSON.stringify(reading)).not.toMatch(/VAULT|3162/)
  })

  test.each([
    ['F-42: a tag that would make a function', ['all:', '  hosts:', '    a: {x: !!js/function "function () {}"}'], 'foreignTag', 3],
    ['F-42: a tag that would make an object', ['all:', '  hosts:', '    a: !!python/object:os.system {}'], 'foreignTag', 3],
    ['F-42: a key that is there twice', ['all:', '  hosts:', '    a:', '    b:', '    a:'], 'duplicateKey', 5],
    ['nesting without end', [`all: ${'['.repeat(5000)}`], 'tooDeep', 1],
    ['a group inside itself', ['all: &a', '  children:', '    x: *a'], 'tooDeep', 3],
    ['a list', ['- all: {hosts: {a: {}}}'], 'notAnInventory', 1],
    ['what is no YAML', ['all:', '  hosts: [', '  children:'], 'yaml', 3],
  ])('%s is refused with its line', (_what, lines, problem, line) => {
    expect(failureOf(() => readFile('a.yml', lines.join('\n'), { format: 'ansible' }))).toMatchObject({ tag: 'badFile', problem, line })
  })

  test('F-42: aliases that would be a billion groups end within two seconds', () => {
    const lines = ['b0: &b0 {children: {a: {}, b: {}}}']
    for (let at = 1; at < 30; at += 1) lines.push(`b${at}: &b${at} {children: {x: *b${at - 1}, y: *b${at - 1}, z: *b${at - 1}}}`)
    const took = timed(() =>
      expect(failureOf(() => readFile('a.yml', lines.join('\n'), { format: 'ansible' }))).toMatchObject({
        tag: 'badFile',
        problem: 'aliases',
      }),
    )
    expect(took).toBeLessThan(2000 * 2)
  })

  test('F-33: names like parts of an object are names', () => {
    const { machines } = yaml('all:', '  hosts:', '    __proto__: {ansible_host: 10.0.0.9}', '    constructor:')
    expect(machines).toMatchObject([{ name: '__proto__', address: '10.0.0.9' }, { name: 'constructor' }])
    expect({}).not.toHaveProperty('ansible_host')
  })
})
