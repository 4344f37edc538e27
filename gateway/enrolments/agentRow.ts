/** What a machine's agent reported, as it is stored and as the API shows it. */
import { z } from 'zod'
import { Machine as MachineSchema, MachineFacts } from '../api.ts'
import type { Machine } from '../api.ts'
import { AgentReport } from '../contract/challenges.ts'
import type { AgentRow } from '../store/signInTables.ts'

export const JitUsers = AgentReport.shape.jitUsers
const HostKeys = z.array(z.string())

export function columnsOf(report: AgentReport): Omit<AgentRow, 'machineId' | 'lastSeenAt' | 'isAway'> {
  return {
    version: report.agentVersion,
    hostKeys: JSON.stringify(report.hostKeys),
    jitUsers: JSON.stringify(report.jitUsers),
    userExists: report.userExists === undefined ? null : report.userExists ? 1 : 0,
    selfDisabled: report.selfDisabled ? 1 : 0,
    report: JSON.stringify(report),
  }
}

/** An agent asks at least every half a minute. */
export const awayAfterMs = 150_000

/** What a machine shows of its agent. */
export function seenOf(row: AgentRow, nowMs: number): Required<Pick<Machine, 'agent' | 'hostKeys'>> {
  const state = row.isAway === 1 || row.lastSeenAt < nowMs - awayAfterMs ? 'away' : row.selfDisabled === 1 ? 'selfDisabled' : 'reporting'
  const lastSeenAt = new Date(row.lastSeenAt).toISOString()
  return { agent: { version: row.version, lastSeenAt, state }, hostKeys: HostKeys.parse(JSON.parse(row.hostKeys)) }
}

export function reportOf(row: Pick<AgentRow, 'report'>): AgentReport {
  return AgentReport.parse(JSON.parse(row.report))
}

/** The machine's facts with what the agent knows better. `report` undefined: without what an agent said before. */
export function factsWith(facts: string, report: AgentReport | undefined): string {
  const known = MachineSchema.shape.facts.parse(JSON.parse(facts))
  if (report === undefined) {
    const { agentVersion: _, ...rest } = known
    return JSON.stringify(rest)
  }
  const told: MachineFacts = { osVersion: report.osVersion, agentVersion: report.agentVersion, ...report.facts }
  return JSON.stringify(MachineFacts.parse({ ...known, ...told }))
}
