/** What PAM's script runs: asks the agent and prints what is to be shown. The exit code says yes (0) or no (1); see pam_exec(8) for the environment. */
import { askAgent, Question } from './socket.ts'
import type { Places } from './places.ts'

/** The script has a time limit of its own as well, should this process hang. */
const limitsMs = { show: 11_000, wait: 11 * 60_000, leave: 5000, session: 5000 }

export async function askForPam(places: Places, what: string, caller: number): Promise<number> {
  const question = Question.safeParse(toQuestion(what, caller, process.env)).data
  if (!question || !('caller' in question)) return 1
  const reply = await askAgent(places, question, limitsMs[question.do])
  if (reply === undefined) return 1
  if (reply.lines.length > 0) process.stdout.write(`${reply.lines.join('\n')}\n`)
  return reply.ok ? 0 : 1
}

function toQuestion(what: string, caller: number, env: NodeJS.ProcessEnv): object {
  if (what === 'session') return { do: what, caller, event: env['PAM_TYPE'] === 'open_session' ? 'open' : 'close' }
  if (what !== 'show') return { do: what, caller }
  const service = env['PAM_SERVICE'] === 'sshd' ? 'ssh' : 'login'
  const from = env['PAM_RHOST'] ?? ''
  // sshd says "ssh" where no terminal is there yet.
  const terminal = env['PAM_TTY'] === 'ssh' ? '' : (env['PAM_TTY'] ?? '')
  return {
    do: what,
    caller,
    service,
    user: env['PAM_USER'] ?? '',
    ...(from !== '' && { from: from.slice(0, 253) }),
    ...(terminal !== '' && { terminal: terminal.slice(0, 64) }),
  }
}
