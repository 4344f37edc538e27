/**
 * Reads a Remote Desktop Connection Manager file (.rdg): schema 1 of 2.2, schema 3 of 2.7 to 2.9, and mixtures of both (F-38). Of a server its
 * name, display name, port and groups are taken; credentials, which only Windows can decrypt, are not.
 */
import { CallError } from '../../callError.ts'
import { createCollector } from './collector.ts'
import type { ImportChecks, Reading } from './reading.ts'
import { readXml } from './xml.ts'

interface Node {
  kind: 'file' | 'group' | 'server'
  line: number
  name: string
  displayName: string
  /** Empty: that of the group around it. */
  port: string
}

/** Elements that hold nodes of other kinds, or only names of servers that are elsewhere in the file. */
const skipped = new Set(['smartGroup', 'credentialsProfiles', 'connected', 'favorites', 'recentlyUsed'])
const kinds: ReadonlyMap<string, Node['kind']> = new Map([
  ['file', 'file'],
  ['group', 'group'],
  ['server', 'server'],
])
const longestText = 4000

export function readRdcman(text: string, checks: ImportChecks): Reading {
  const collector = createCollector(checks)
  const nodes: Node[] = []
  const path: string[] = []
  /** How deep the parser is inside something that is not read. */
  let skipping = 0
  let value = ''

  readXml(text, {
    open(name, _attributes, line) {
      if (path.length === 0 && name !== 'RDCMan') throw new CallError({ tag: 'badFile', line, problem: 'otherDocument' })
      path.push(name)
      value = ''
      if (skipping > 0 || skipped.has(name)) skipping += 1
      const kind = kinds.get(name)
      if (skipping === 0 && kind) nodes.push({ kind, line, name: '', displayName: '', port: '' })
    },
    text(piece) {
      if (value.length < longestText) value += piece
    },
    close(name) {
      const within = path.at(-2) ?? ''
      path.pop()
      const secret = name === 'password' && value.trim() !== ''
      if (secret) collector.countSecret()
      if (skipping > 0) {
        skipping -= 1
        return
      }
      const node = nodes.at(-1)
      if (node) {
        if (kinds.has(name)) {
          nodes.pop()
          if (node.kind === 'server') take(node)
        } else note(node, name, within, value.trim())
      }
      value = ''
    },
  })
  return collector.done('rdcman')

  function note(node: Node, name: string, within: string, text_: string): void {
    // In schema 1 a server's own elements are not inside "properties".
    const isOwn = within === 'properties' || (within === 'server' && node.kind === 'server')
    if (isOwn && name === 'name') node.name = text_
    else if (isOwn && name === 'displayName') node.displayName = text_
    else if (name === 'port' && within === 'connectionSettings') node.port = text_
    else if (name === 'hostName' && within === 'gatewaySettings' && text_ !== '') collector.drop('gatewaySettings')
    else if (name === 'startProgram' && text_ !== '') collector.drop('startProgram')
    else if (name === 'userName' && within === 'logonCredentials' && text_ !== '') collector.drop('logonCredentials')
  }

  function take(server: Node): void {
    const groups = nodes.filter((node) => node.kind === 'group')
    const port = server.port || (nodes.findLast((node) => node.port !== '')?.port ?? '')
    collector.add({
      line: server.line,
      name: server.displayName || server.name,
      address: server.name,
      os: 'windows',
      way: 'rdp',
      port,
      groups: groups.map((group) => group.name),
    })
  }
}
