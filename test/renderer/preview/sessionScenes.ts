/** The preview's answers for sessions, grants and audit. */
import type { AuditRow, MachineRow } from '../../../preload/contract.ts'
import type { Handlers } from '../../fakes/bridge.ts'
import type { Look } from './scenes.ts'

const actions = ['grant.opened', 'grant.closed', 'session.started', 'session.ended', 'hostKey.pinned', 'connect.failed']

function auditRow(machine: MachineRow, index: number): AuditRow {
  const action = actions[index % actions.length] ?? 'grant.opened'
  return {
    seq: 1000 - index,
    at: new Date(Date.now() - index * 47 * 60_000).toISOString(),
    actor: 'anna',
    action,
    outcome: action === 'connect.failed' ? 'failed' : 'ok',
    machineId: machine.id,
    machineName: machine.name,
    site: machine.site,
    port: machine.ports[0] ?? 22,
    detail: {},
  }
}

/** `name` is the scene, `rows` are its machines. */
export function sessionHandlers(name: string, rows: readonly MachineRow[], _look: Look): Handlers {
  return {
    'sessions.list': () => ({ sessions: [], attempts: [] }),
    'sessions.connect': () => ({}),
    'sessions.clients': () => ({
      clients: [
        { id: 'freerdp2', name: 'FreeRDP', way: 'rdp', version: '2.11.7' },
        { id: 'remmina', name: 'Remmina', way: 'rdp', version: '1.4.39' },
        { id: 'xterm', name: 'xterm', way: 'ssh' },
      ],
    }),
    'grants.list': () => ({ grants: [] }),
    'audit.list': ({ filter, limit }) => {
      const machine = rows.find((row) => row.id === filter.machineId) ?? rows[0]
      return {
        rows: name === 'empty' || !machine ? [] : Array.from({ length: Math.min(limit, 12) }, (_, index) => auditRow(machine, index)),
      }
    },
  }
}
