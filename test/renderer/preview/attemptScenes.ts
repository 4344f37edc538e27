/** An attempt in each of its states, for the scene "attempt:…". */
import type { Attempt, Failure, Prompt, Step, StepName } from '../../../preload/contract.ts'

const names: StepName[] = ['request', 'approval', 'open', 'reach', 'identity', 'signIn', 'launch']

function stepsUpTo(name: StepName, state: Step['state']): Step[] {
  const at = names.indexOf(name)
  return names.map((each, index) => {
    if (each === 'approval' && index < at) return { name: each, state: 'skipped' }
    if (index < at) return { name: each, state: 'done', elapsedMs: [12, 0, 38, 61, 140, 220, 9][index] ?? 20 }
    return index === at ? { name: each, state, elapsedMs: 2300 } : { name: each, state: 'waiting' }
  })
}

const prompts: Record<string, { step: StepName; prompt: Prompt }> = {
  hostKey: {
    step: 'identity',
    prompt: {
      kind: 'hostKey',
      promptId: 'p',
      algorithm: 'ssh-ed25519 (256 bit)',
      fingerprint: 'SHA256:pV1mbu8sJt3sKMcJXnLXqBtDbm3pmbLfiGbFsjQj0bg',
      randomart: [
        '+--[ED25519 256]--+',
        '|      .o+.       |',
        '|     . +o o      |',
        '|      o.o= .     |',
        '|     . o=.+ .    |',
        '|      o S* +     |',
        '|     . o+.B o    |',
        '|      ..o= O .   |',
        '|     . .o.B =    |',
        '|      oo.E+*     |',
        '+----[SHA256]-----+',
      ].join('\n'),
    },
  },
  certificate: {
    step: 'identity',
    prompt: {
      kind: 'certificate',
      promptId: 'p',
      subject: 'CN=term-ldn-021.contoso.example',
      fingerprint: 'SHA256:lRz3m2nXv0cJ1bX0yqkq0b0xk3g2r7C3fJ3v1m4bq8s',
      validUntil: '2027-04-30T12:00:00.000Z',
    },
  },
  user: { step: 'signIn', prompt: { kind: 'user', promptId: 'p', suggestion: 'anna' } },
  password: { step: 'signIn', prompt: { kind: 'password', promptId: 'p', user: 'anna.schmidt', again: true, canRemember: true } },
  passphrase: {
    step: 'signIn',
    prompt: { kind: 'passphrase', promptId: 'p', key: '/home/anna/.ssh/id_ed25519', again: false, canRemember: true },
  },
  questions: {
    step: 'signIn',
    prompt: {
      kind: 'questions',
      promptId: 'p',
      title: 'APPROVED ✔ by Gatehouse',
      instructions: 'Two-step sign-in of Contoso.\nOpen your authenticator.',
      questions: [
        { text: 'One-time code: ', echo: true },
        { text: 'PIN: ', echo: false },
      ],
    },
  },
}

const failures: Record<string, { step: StepName; failure: Failure }> = {
  identityChanged: {
    step: 'identity',
    failure: {
      tag: 'identityChanged',
      kind: 'hostKey',
      machineId: 'desk:m1',
      expected: 'SHA256:pV1mbu8sJt3sKMcJXnLXqBtDbm3pmbLfiGbFsjQj0bg',
      shown: 'SHA256:0vQvT6m5mZy2o8cM2tWq3m0xGZ8Zl9oWkq3kN5bYx1E',
    },
  },
  jitOff: { step: 'request', failure: { tag: 'jitOff', machineId: 'desk:m1' } },
  unreachable: { step: 'reach', failure: { tag: 'unreachable', address: '10.0.4.20', port: 22, cause: 'timeout' } },
  clientMissing: { step: 'launch', failure: { tag: 'clientMissing', client: 'FreeRDP', command: 'sudo apt install freerdp2-x11' } },
  grantEnded: { step: 'reach', failure: { tag: 'grantEnded', reason: 'expired' } },
}

/** The attempt's state for a scene's name; running for a name that is none of them. */
export function attemptIn(state: string, attemptId: string, machine: { id: string; name: string }): Attempt {
  const base = {
    attemptId,
    machineId: machine.id,
    machineName: machine.name,
    way: 'ssh',
    where: 'tab',
    startedAt: new Date().toISOString(),
  } as const
  const asked = prompts[state]
  if (asked) return { ...base, steps: stepsUpTo(asked.step, 'running'), prompt: asked.prompt }
  const failed = failures[state]
  if (failed) return { ...base, steps: stepsUpTo(failed.step, 'failed'), outcome: { kind: 'failed', ...failed } }
  return { ...base, steps: stepsUpTo('reach', 'running') }
}
