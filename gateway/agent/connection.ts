/** Whether the other end of a process's TCP connection is still there, as /proc tells: sshd itself does not look while PAM keeps it waiting. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** States of proc_net_tcp(5) in which the other end may still speak and listen: established, and handshakes. */
const speaking = new Set(['01', '02', '03'])

/**
 * False: every TCP connection of the process was closed by its other end. A process without one, or whose files cannot be read, has nothing that
 * says so.
 */
export function isConnected(pid: number): boolean {
  const sockets = socketsOf(pid)
  if (sockets.size === 0) return true
  const states = ['tcp', 'tcp6'].flatMap((kind) => readStates(read(`/proc/${pid}/net/${kind}`), sockets))
  return states.length === 0 || states.some((state) => speaking.has(state))
}

/** Pure. The states of these sockets (by inode) in a table of the kernel's; listening ones are no connection. */
export function readStates(table: string, inodes: ReadonlySet<string>): string[] {
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => inodes.has(fields[9] ?? '') && fields[3] !== '0A')
    .map((fields) => fields[3] ?? '')
}

function socketsOf(pid: number): Set<string> {
  const folder = `/proc/${pid}/fd`
  try {
    return new Set(
      readdirSync(folder).flatMap((name) => {
        const [, inode] = /^socket:\[(\d+)\]$/.exec(link(`${folder}/${name}`)) ?? []
        return inode === undefined ? [] : [inode]
      }),
    )
  } catch {
    return new Set()
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    // Closed meanwhile.
    return ''
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
