/**
 * Reads an Ansible inventory in YAML form. Values are text and nothing else, a tag that is not Ansible's own is refused, and aliases, merges and
 * nesting are bounded (F-42). Maps, so that no name of a host or a variable means anything (F-33).
 */
import { defineScalarTag, FAILSAFE_SCHEMA, load, mergeTag, realMapTag, YAMLException } from 'js-yaml'
import { CallError } from '../../callError.ts'
import { createAnsibleInventory } from './ansibleHosts.ts'
import { createCollector } from './collector.ts'
import type { ImportChecks, Reading } from './reading.ts'
import { linesOf } from './text.ts'

const deepest = 50
const mostAliases = 10_000
/** An alias is no copy, but what it stands for is looked at again each time. */
const mostVisits = 1_000_000

/** Stands for a value that Ansible would decrypt. */
const sealed = Symbol('sealed')
const loadOnly = { identify: () => false }
const schema = FAILSAFE_SCHEMA.withTags(
  realMapTag,
  mergeTag,
  defineScalarTag('!vault', { ...loadOnly, resolve: () => sealed }),
  defineScalarTag('!vault-encrypted', { ...loadOnly, resolve: () => sealed }),
  // Text that Ansible would not look for templates in; here nothing is looked for in any.
  defineScalarTag('!unsafe', { ...loadOnly, resolve: (text) => text }),
)

type Pairs = ReadonlyMap<unknown, unknown>

export function readAnsibleYaml(text: string, checks: ImportChecks): Reading {
  const collector = createCollector(checks)
  const inventory = createAnsibleInventory(collector)
  const root = parse(text)
  const lines = linesOfKeys(text)
  const lineOf = (key: string) => lines.get(key) ?? 1
  let visits = 0

  for (const [name, value] of pairsOf(root)) readGroup(name, value, 0)
  inventory.finish()
  return collector.done('ansible')

  function readGroup(name: string, value: unknown, depth: number): void {
    if (depth > deepest) throw new CallError({ tag: 'badFile', line: lineOf(name), problem: 'tooDeep' })
    const group = inventory.group(name)
    for (const [key, inside] of pairsOf(value)) {
      if (key === 'hosts') for (const [host, vars] of pairsOf(inside)) inventory.addHosts(host, name, varsOf(vars), lineOf(host))
      if (key === 'vars') for (const [variable, written] of varsOf(inside)) group.vars.set(variable, written)
      if (key === 'children') {
        for (const [child, content] of pairsOf(inside)) {
          if (name !== 'all') inventory.group(child).parents.add(name)
          readGroup(child, content, depth + 1)
        }
      }
    }
  }

  function varsOf(value: unknown): Map<string, string> {
    const vars = new Map<string, string>()
    for (const [key, written] of pairsOf(value)) {
      if (written === sealed) collector.countSecret()
      else inventory.setVar(vars, key, typeof written === 'string' ? written : '')
    }
    return vars
  }

  function* pairsOf(value: unknown): Generator<[string, unknown]> {
    if (!isMap(value)) return
    for (const [key, inside] of value) {
      if (++visits > mostVisits) throw new CallError({ tag: 'badFile', line: lineOf(String(key)), problem: 'aliases' })
      if (typeof key === 'string') yield [key, inside]
    }
  }
}

const isMap = (value: unknown): value is Pairs => value instanceof Map

/** Throws CallError badFile with the line: what is not well-formed, a key that is there twice, a foreign tag. */
function parse(text: string): unknown {
  let root: unknown
  try {
    root = load(text, { schema, maxDepth: deepest * 2, maxAliases: mostAliases })
  } catch (cause) {
    if (!(cause instanceof YAMLException)) throw cause
    throw new CallError({ tag: 'badFile', line: (cause.mark?.line ?? 0) + 1, problem: problemOf(cause.reason) }, { cause })
  }
  if (!isMap(root)) throw new CallError({ tag: 'badFile', line: 1, problem: 'notAnInventory' })
  return root
}

function problemOf(reason: string): string {
  if (/duplicat/i.test(reason)) return 'duplicateKey'
  if (/tag/i.test(reason)) return 'foreignTag'
  if (/alias|merge/i.test(reason)) return 'aliases'
  if (/depth|nest/i.test(reason)) return 'tooDeep'
  return 'yaml'
}

/** Where each key is mentioned first; the parser keeps no places. */
function linesOfKeys(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>()
  for (const { text: source, line } of linesOf(text, text.length)) {
    const [, , key] = /^[\s-]*(["']?)([^"'#{}]+?)\1\s*:(?:\s|$)/.exec(source.slice(0, 400)) ?? []
    if (key !== undefined && !lines.has(key)) lines.set(key, line)
  }
  return lines
}
