/**
 * Reads mRemoteNG's confCons.xml (ConfVersion 2.x): containers, connections, and what a connection inherits from its container. Passwords are
 * counted and left where they are: not one of them is decrypted, so thousands cost nothing (F-36).
 */
import { CallError } from '../../callError.ts'
import { createCollector, type Collector } from './collector.ts'
import { decryptDocument } from './mremotengCipher.ts'
import type { ImportChecks, Reading } from './reading.ts'
import { readXml } from './xml.ts'

interface Inherited {
  username: string
  domain: string
  port: string
  protocol: string
}
interface Folder extends Inherited {
  name: string
}

/** By the protocol's name in the file. What is not here is nothing that a session can be opened with. */
const ways: Readonly<Record<string, { os: 'windows' | 'linux'; way?: 'ssh' | 'rdp' }>> = {
  RDP: { os: 'windows', way: 'rdp' },
  SSH1: { os: 'linux', way: 'ssh' },
  SSH2: { os: 'linux', way: 'ssh' },
  PowerShell: { os: 'windows' },
}

/** What leads the connection through somewhere else, or runs something. */
const notTaken = ['RDGatewayHostname', 'SSHTunnelConnectionName', 'PreExtApp', 'PostExtApp', 'ExtApp', 'SSHOptions', 'RDPStartProgram']
const secretNames = ['Password', 'RDGatewayPassword', 'VNCProxyPassword']

/** Answers `asks` when the whole file is encrypted and no password, or a wrong one, was given. */
export function readMremoteng(text: string, checks: ImportChecks, password: string | undefined): Reading {
  const collector = createCollector(checks)
  const sealed = readDocument(text, collector)
  if (!sealed) return collector.done('mremoteng')
  const plain = decryptDocument(sealed, password)
  if (plain === undefined)
    return { ...createCollector(checks).done('mremoteng'), asks: password === undefined ? 'password' : 'wrongPassword' }
  // What was encrypted are the root's children, without a root.
  readDocument(`<Connections>${plain}</Connections>`, collector, sealed.line)
  return collector.done('mremoteng')
}

export interface Sealed {
  line: number
  engine: string
  mode: string
  iterations: string
  text: string
}

function readDocument(text: string, collector: Collector, firstLine = 1): Sealed | undefined {
  const folders: Folder[] = []
  /** For each open element, whether it is a container. */
  const open: boolean[] = []
  let sealed: Sealed | undefined

  readXml(text, {
    open(name, attributes, at) {
      const line = at + firstLine - 1
      if (open.length === 0) {
        if (!/^(?:\w+:)?Connections$/.test(name)) throw new CallError({ tag: 'badFile', line, problem: 'otherDocument' })
        if (isTrue(attributes['FullFileEncryption'])) {
          const { EncryptionEngine: engine = '', BlockCipherMode: mode = '', KdfIterations: iterations = '1000' } = attributes
          sealed = { line, engine, mode, iterations, text: '' }
        }
      }
      const isNode = name === 'Node' && open.length > 0
      const isFolder = isNode && attributes['Type'] === 'Container'
      open.push(isFolder)
      if (!isNode) return
      const own = inherit(attributes, folders.at(-1))
      for (const secret of secretNames) if (attributes[secret]) collector.countSecret()
      if (isFolder) folders.push({ name: attributes['Name'] ?? '', ...own })
      else if (attributes['Type'] === 'Connection' || attributes['Hostname']) take(line, attributes, own)
    },
    text(piece) {
      if (sealed && open.length === 1) sealed.text += piece
    },
    close() {
      if (open.pop()) folders.pop()
    },
  })
  return sealed

  function take(line: number, attributes: Readonly<Record<string, string>>, own: Inherited): void {
    const { Name: name = '', Hostname: hostname = '' } = attributes
    const kind = Object.hasOwn(ways, own.protocol) ? ways[own.protocol] : undefined
    if (!kind) return collector.leaveOut(line, `${name} ${own.protocol}`, 'otherProtocol')
    const ignored = notTaken.filter((setting) => attributes[setting])
    for (const setting of ignored) collector.drop(setting)
    collector.add({
      line,
      name,
      address: hostname,
      os: kind.os,
      ...(kind.way && { way: kind.way, port: own.port }),
      user: kind.os === 'windows' && own.domain !== '' && own.username !== '' ? `${own.domain}\\${own.username}` : own.username,
      groups: folders.map((folder) => folder.name),
      ignored,
    })
  }
}

/** What a node has, or its container where it says that it inherits; from the root nothing is inherited. */
function inherit(attributes: Readonly<Record<string, string>>, from: Inherited | undefined): Inherited {
  const value = (name: string, above: string | undefined): string =>
    above !== undefined && isTrue(attributes[`Inherit${name}`]) ? above : (attributes[name] ?? '')
  return {
    username: value('Username', from?.username),
    domain: value('Domain', from?.domain),
    port: value('Port', from?.port),
    protocol: value('Protocol', from?.protocol),
  }
}

const isTrue = (text: string | undefined): boolean => text?.toLowerCase() === 'true'
