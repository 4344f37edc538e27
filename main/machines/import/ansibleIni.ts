/** Reads an Ansible inventory in INI form: groups, hosts with variables, groups of groups, variables of groups. */
import { CallError } from '../../callError.ts'
import { createAnsibleInventory } from './ansibleHosts.ts'
import { createCollector } from './collector.ts'
import type { ImportChecks, Reading } from './reading.ts'
import { linesOf } from './text.ts'

const heading = /^\[([^\s:[\]]{1,200})(?::(vars|children|hosts))?\]\s*(?:[#;].*)?$/
/** A word, or a variable whose value may be in quotes. */
const part = /(?:[^\s"'#]|"(?:[^"\\]|\\.)*"|'[^']*'|(?<=\S)#)+/g

/** Throws CallError badFile with the line: a heading that is none would put the hosts below it into the wrong group. */
export function readAnsibleIni(text: string, checks: ImportChecks): Reading {
  const collector = createCollector(checks)
  const inventory = createAnsibleInventory(collector)
  let group = 'ungrouped'
  let kind = 'hosts'
  for (const { text: source, line } of linesOf(text)) {
    const content = source.trim()
    if (content === '' || /^[#;]/.test(content)) continue
    const found = heading.exec(content)
    if (found) {
      group = found[1] ?? ''
      kind = found[2] ?? 'hosts'
      inventory.group(group)
    } else if (/^\[[^\]:]*\]?$/.test(content)) throw new CallError({ tag: 'badFile', line, problem: 'heading' })
    else if (kind === 'children') inventory.group(content.split(/[\s#;]/, 1)[0] ?? '').parents.add(group)
    else if (kind === 'vars') {
      const at = content.indexOf('=')
      if (at < 1) collector.leaveOut(line, content, 'notALine')
      else inventory.setVar(inventory.group(group).vars, content.slice(0, at).trim(), unquoted(content.slice(at + 1).trim()))
    } else addHost(content, line)
  }
  inventory.finish()
  return collector.done('ansible')

  function addHost(content: string, line: number): void {
    const [pattern = '', ...settings] = (content.match(part) ?? []).filter((word) => word !== '')
    if (pattern === '' || pattern.includes('=')) return collector.leaveOut(line, content, 'notALine')
    const vars = new Map<string, string>()
    for (const setting of settings) {
      const at = setting.indexOf('=')
      if (at > 0) inventory.setVar(vars, setting.slice(0, at), unquoted(setting.slice(at + 1)))
    }
    inventory.addHosts(unquoted(pattern), group, vars, line)
  }
}

function unquoted(text: string): string {
  const [, , inside] = /^(["'])(.*)\1$/s.exec(text) ?? []
  return inside ?? text
}
