/**
 * A machine to enrol, inside this one: mounts and processes of its own, so that PAM, users, sudo and sshd are real and this computer's own files are
 * never touched. The network is shared: its sshd listens on a port of 127.0.0.1. Needs root.
 */
import type { ChildProcess, StdioOptions } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createBuilder } from 'vite'
import { createKeeper, eventually, freePort, listens, run } from './keeper.ts'

export interface AgentMachine {
  sshPort: number
  /** Runs a program in the machine to its end and gives what it wrote; throws with the end of its errors if it failed. */
  run(command: string, ...args: string[]): Promise<string>
  /** Whether it ended well. */
  tryTo(command: string, ...args: string[]): Promise<boolean>
  /** Starts one in the background; its output is in log(). */
  start(command: string, args: string[], stdio?: StdioOptions): ChildProcess
  /** What a program run by nsenter began with, to be put before it. */
  inside: readonly string[]
  /** The agent that was built from the sources of now. */
  bundle: string
  /** What started programs wrote. */
  log(): string
  stop: () => Promise<void>
}

/** Everything that the agent, users and sudo write is a layer over this computer's files, in memory; what is shared and writable is not there. */
const furnish = `
set -eu
mount -t tmpfs -o mode=700 gatehouse /mnt
for name in etc var usr/local; do
  mkdir -p "/mnt/$name/up" "/mnt/$name/work"
  mount -t overlay -o "lowerdir=/$name,upperdir=/mnt/$name/up,workdir=/mnt/$name/work" overlay "/$name"
done
cp "$1" /mnt/gatehouse-agent.mjs
for name in opt home run; do mount -t tmpfs -o mode=755 gatehouse "/$name"; done
for name in tmp dev/shm; do mount -t tmpfs -o mode=1777 gatehouse "/$name"; done
mkdir -p /run/sshd /run/lock
: > /run/utmp
ssh-keygen -q -A
# An owner as every machine has one.
useradd --create-home --shell /bin/bash owner
printf 'owner:correct horse\\n' | chpasswd
printf 'KbdInteractiveAuthentication no\\nUsePAM yes\\nInclude /etc/ssh/sshd_config.d/*.conf\\nSubsystem sftp internal-sftp\\nPrintMotd no\\nStrictModes no\\n' > /etc/ssh/sshd_config
sed -i '1h;1d;3G' /etc/ssh/sshd_config
: > /run/furnished
exec sleep infinity
`

export async function startAgentMachine(): Promise<AgentMachine> {
  const keeper = createKeeper('agent')
  try {
    const bundle = await buildAgent(keeper.folder)
    const holder = keeper.start('unshare', [
      '--mount',
      '--pid',
      '--fork',
      '--mount-proc',
      '--kill-child',
      'sh',
      '-c',
      furnish,
      'sh',
      bundle,
    ])
    let first = 0
    await eventually('the machine is furnished', 15_000, async () => {
      if (holder.exitCode !== null) throw new Error(`the machine ended: ${readFileSync(join(keeper.folder, 'unshare.log'), 'utf8')}`)
      first = Number((await run('cat', [`/proc/${holder.pid}/task/${holder.pid}/children`])).trim().split(' ')[0])
      return first > 0 && (await works(['test', '-e', '/run/furnished'], first))
    })
    const inside = insideOf(first)
    const [nsenter = '', ...into] = inside
    const start: AgentMachine['start'] = (command, args, stdio) =>
      keeper.start(nsenter, [...into, command, ...args], { ...(stdio && { stdio }), env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8' } })
    let sshPort = 0
    await eventually('sshd', 20_000, async () => {
      sshPort = await freePort()
      const listen = ['-p', String(sshPort), '-o', 'ListenAddress=127.0.0.1', '-o', 'PidFile=/run/sshd.pid', '-o', 'LogLevel=VERBOSE']
      const sshd = start('/usr/sbin/sshd', ['-D', '-e', ...listen])
      await eventually('sshd listens', 5000, async () => sshd.exitCode !== null || (await listens(sshPort)))
      return sshd.exitCode === null
    })
    return {
      sshPort,
      inside,
      bundle: '/mnt/gatehouse-agent.mjs',
      run: (command, ...args) => run(nsenter, [...into, command, ...args]),
      tryTo: (command, ...args) => works([command, ...args], first),
      start,
      log: () => readFileSync(join(keeper.folder, 'nsenter.log'), 'utf8'),
      stop: keeper.stop,
    }
  } catch (error) {
    await keeper.stop()
    throw error
  }
}

const insideOf = (pid: number) => ['nsenter', '--target', String(pid), '--mount', '--pid', '--']

function works(command: string[], pid: number): Promise<boolean> {
  const [nsenter = '', ...into] = insideOf(pid)
  return run(nsenter, [...into, ...command]).then(
    () => true,
    () => false,
  )
}

/** The one file that goes onto machines, made as `npm run build` makes it; a built console of the same folder is left alone. */
async function buildAgent(folder: string): Promise<string> {
  const outDir = join(folder, 'bundle')
  const repository = join(import.meta.dirname, '../../..')
  const builder = await createBuilder({
    configFile: join(repository, 'build/vite.config.ts'),
    logLevel: 'error',
    environments: { agent: { build: { outDir } } },
  })
  const agent = builder.environments['agent']
  if (!agent) throw new Error('nothing builds the agent')
  await builder.build(agent)
  mkdirSync(outDir, { recursive: true })
  copyFileSync(join(outDir, 'gatehouse-agent.mjs'), join(folder, 'gatehouse-agent.mjs'))
  return join(folder, 'gatehouse-agent.mjs')
}
