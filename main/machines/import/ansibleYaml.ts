/**
 * Reads an Ansible inventory in YAML form. The core schema only: a tag makes nothing but text, and one that is neither Ansible's nor YAML's own is
 * refused; aliases are followed a bounded number of times (F-42).
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit, type Alias, type Document, type Node } from 'yaml'
import { CallError } from '../../callError.ts'
import { createAnsibleInventory } from './ansibleHosts.ts'
import { createCollector } from './collector.ts'
import type { ImportChecks, Reading } from './reading.ts'

/** The document's nodes take many times its size. */
const longestText = 16_000_000
const mostAliases = 10_000
const mostVisits = 2_000_000
const deepest = 50

/** Ansible's own tags, of which nothing is read. */
const ansibleTag = /^(?:Unresolved tag: )!(?:vault|vault-encrypted|unsafe)$/

type Pairs = { key: string; value: unknown; line: number }[]

export function readAnsibleYaml(text: string, checks: ImportChecks, path: string): Reading {
  if (text.length > longestText) throw new CallError({ tag: 'file', path, problem: 'tooLarge' })
  const counter = new LineCounter()
  const collector = createCollector(checks)
  const inventory = createAnsibleInventory(collector)
  const doc = parse(text, counter)
  const follow = aliasesOf(doc, counter)
  let visits = 0

  const root = pairsOf(doc.contents)
  for (const { key, value } of root) readGroup(key, value, 0)
  inventory.finish()
  return collector.done('ansible')

  function readGroup(name: string, value: unknown, depth: number): void {
    const group = inventory.group(name)
    for (const { key, value: inside, line } of pairsOf(value)) {
      if (depth > deepest) throw new CallError({ tag: 'badFile', line, problem: 'tooDeep' })
      if (key === 'hosts') {
        for (const host of pairsOf(inside)) inventory.addHosts(host.key, name, varsOf(host.value), host.line)
      } else if (key === 'vars') {
        for (const [variable, text_] of varsOf(inside)) group.vars.set(variable, text_)
      } else if (key === 'children') {
        for (const child of pairsOf(inside)) {
          if (name !== 'all') inventory.group(child.key).parents.add(name)
          readGroup(child.key, child.value, depth + 1)
        }
      }
    }
  }

  function varsOf(value: unknown): Map<string, string> {
    const vars = new Map<string, string>()
    for (const { key, value: written } of pairsOf(value)) {
      const node = follow(written)
      if (isScalar(node) && node.tag !== undefined && ansibleTag.test(`Unresolved tag: ${node.tag}`)) collector.countSecret()
      else inventory.setVar(vars, key, isScalar(node) && !isNothing(node.value) ? String(node.value) : '')
    }
    return vars
  }

  /** A mapping's own pairs, and those that "<<" puts under them. */
  function pairsOf(value: unknown, depth = 0): Pairs {
    const node = follow(value)
    if (!isMap(node)) return []
    const own: Pairs = []
    const merged: Pairs = []
    for (const pair of node.items) {
      const key = follow(pair.key)
      if (!isScalar(key)) continue
      const line = counter.linePos(key.range?.[0] ?? 0).line
      if (++visits > mostVisits || depth > deepest) throw new CallError({ tag: 'badFile', line: Math.max(1, line), problem: 'tooDeep' })
      if (key.value === '<<') {
        const from = follow(pair.value)
        for (const each of isSeq(from) ? from.items : [from]) merged.push(...pairsOf(each, depth + 1))
      } else own.push({ key: String(key.value), value: pair.value, line: Math.max(1, line) })
    }
    if (merged.length === 0) return own
    const names = new Set(own.map((pair) => pair.key))
    return [...merged.filter((pair) => !names.has(pair.key)), ...own]
  }
}

const isNothing = (value: unknown): boolean => value === null || value === undefined

/** Throws CallError badFile with the line for what is not well-formed, keys that are there twice, and foreign tags. */
function parse(text: string, counter: LineCounter): Document.Parsed {
  let doc: Document.Parsed
  try {
    doc = parseDocument(text, { schema: 'core', lineCounter: counter, prettyErrors: false, logLevel: 'silent', stringKeys: false })
  } catch (cause) {
    // The parser is recursive, so what is nested without end is the end of its stack.
    throw new CallError({ tag: 'badFile', line: 1, problem: 'tooDeep' }, { cause })
  }
  const lineAt = (at: number) => Math.max(1, counter.linePos(at).line)
  const [error] = doc.errors
  if (error) {
    const problem = error.code === 'DUPLICATE_KEY' ? 'duplicateKey' : error.code === 'MULTIPLE_DOCS' ? 'multipleDocuments' : 'yaml'
    throw new CallError({ tag: 'badFile', line: lineAt(error.pos[0]), problem }, { cause: error })
  }
  const foreign = doc.warnings.find((warning) => warning.code === 'TAG_RESOLVE_FAILED' && !ansibleTag.test(warning.message))
  if (foreign) throw new CallError({ tag: 'badFile', line: lineAt(foreign.pos[0]), problem: 'foreignTag' }, { cause: foreign })
  if (!isMap(doc.contents)) throw new CallError({ tag: 'badFile', line: 1, problem: 'notAnInventory' })
  return doc
}

/** What each alias stands for: the last anchor of its name before it. One walk, since looking for an anchor costs one each time. */
function aliasesOf(doc: Document.Parsed, counter: LineCounter): (value: unknown) => unknown {
  const anchors = new Map<string, Node>()
  const meant = new WeakMap<Alias, Node>()
  let count = 0
  const remember = (_: unknown, node: Node & { anchor?: string | undefined }): void => {
    if (node.anchor !== undefined) anchors.set(node.anchor, node)
  }
  try {
    visit(doc, {
      Alias(_, alias) {
        if (++count > mostAliases) throw new CallError({ tag: 'badFile', line: Math.max(1, counter.linePos(alias.range?.[0] ?? 0).line), problem: 'aliases' })
        const node = anchors.get(alias.source)
        if (node) meant.set(alias, node)
      },
      Scalar: remember,
      Map: remember,
      Seq: remember,
    })
  } catch (cause) {
    if (cause instanceof CallError) throw cause
    throw new CallError({ tag: 'badFile', line: 1, problem: 'tooDeep' }, { cause })
  }
  return (value) => (isAlias(value) ? meant.get(value) : value)
}

