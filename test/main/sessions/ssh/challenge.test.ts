/** A machine that shows a sign-in challenge instead of asking for a password (APR-3): against the server of ssh2, which shows what the agent shows. */
import ssh2, { type KeyboardAuthContext } from 'ssh2'
import { afterEach, expect, test } from 'vitest'
import type { Failure } from '../../../../preload/contract.ts'
import type { SessionsDeps } from '../../../../main/sessions/sessions.ts'
import { machineId, sessionWorld } from '../../../fakes/sessionWorld.ts'
import { hostKey } from './hostKey.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const screen =
  '\r\nContoso help desk\r\n█▀▀▀█ ▄▀\r\nGATEHOUSE1:MFRGGZDFMZTWQ2LKMFRGGZDFMZTWQ2LK\r\nNumber: 47    Code: MFRG-GZDF-MZTW-Q2LK\r\nPassword: '

/** `judge` gets each sign-in that reached keyboard-interactive. */
async function serve(judge: (context: KeyboardAuthContext, hangUp: () => void) => void): Promise<{ port: number; calls: () => number }> {
  let calls = 0
  const server = new ssh2.Server({ hostKeys: [hostKey] }, (connection) => {
    calls += 1
    connection.on('error', () => undefined)
    connection.on('authentication', (context) => {
      if (context.method === 'keyboard-interactive') judge(context, () => connection.end())
      else context.reject(['keyboard-interactive'])
    })
    connection.on('session', (accept) => {
      const session = accept()
      session.on('pty', (acceptPty) => acceptPty())
      session.on('shell', (acceptShell) => acceptShell().write('hello'))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => new Promise((resolve) => server.close(resolve)))
  const address = server.address()
  return { port: typeof address === 'object' && address ? address.port : 0, calls: () => calls }
}

function consoleFor(connectPort: number, refusal?: Failure) {
  const prompts: string[] = []
  const challenges: SessionsDeps['challenges'] = {
    async shownBy(machine, prompt) {
      prompts.push(`${machine} ${prompt}`)
      if (!prompt.includes('GATEHOUSE1:') || refusal === undefined) return undefined
      return { refusal: async () => refusal }
    },
  }
  const world = sessionWorld({ endpoints: [{ port: 22, address: '127.0.0.1', connectPort }], machine: { user: 'gatehouse' }, challenges })
  closing.unshift(() => world.sessions.close())
  return { world, prompts }
}

async function trusting({ world }: ReturnType<typeof consoleFor>): Promise<string> {
  const attemptId = await world.connect()
  await world.prompt(attemptId, 'hostKey')
  await world.answer(attemptId, { kind: 'accept' })
  return attemptId
}

const denied: Failure = { tag: 'challenge', why: 'denied', by: 'Björn' }

test('a challenge in the prompt is answered at once with nothing, and who approves it lets the technician in', async () => {
  const asked: string[][] = []
  const { port } = await serve((context) =>
    context.prompt([{ prompt: screen, echo: false }], (answers) => {
      asked.push(answers)
      // PAM says that it was approved, and asks nothing.
      context.prompt([], '', 'Approved.', () => context.accept())
    }),
  )
  const console = consoleFor(port, denied)
  await console.world.inside(await trusting(console))
  expect(asked).toEqual([['']])
  expect(console.prompts[0]).toContain(`${machineId} `)
  expect(console.prompts[0]).toContain('GATEHOUSE1:MFRGGZDFMZTWQ2LK')
})

test('a challenge that is declined ends the connect with words, and no second one is asked for', async () => {
  const { port, calls } = await serve((context) =>
    context.prompt([{ prompt: screen, echo: false }], () => context.reject(['keyboard-interactive'])),
  )
  const console = consoleFor(port, denied)
  expect(await console.world.outcome(await trusting(console))).toEqual({ kind: 'failed', step: 'signIn', failure: denied })
  expect(calls()).toBe(1)
})

test('a machine that hangs up while it waits is not called again for another challenge', async () => {
  const expired: Failure = { tag: 'challenge', why: 'expired' }
  const { port, calls } = await serve((context, hangUp) => context.prompt([{ prompt: screen, echo: false }], () => hangUp()))
  const console = consoleFor(port, expired)
  expect(await console.world.outcome(await trusting(console))).toEqual({ kind: 'failed', step: 'signIn', failure: expired })
  expect(calls()).toBe(1)
})

test('a question after the challenge is the technician’s, not answered for them', async () => {
  const asked: string[][] = []
  const { port } = await serve((context) =>
    context.prompt([{ prompt: screen, echo: false }], () =>
      context.prompt([{ prompt: 'Reason: ', echo: true }], (answers) => {
        asked.push(answers)
        context.accept()
      }),
    ),
  )
  const console = consoleFor(port, denied)
  const attemptId = await trusting(console)
  await console.world.prompt(attemptId, 'questions')
  await console.world.answer(attemptId, { kind: 'texts', texts: ['Patch day'] })
  await console.world.inside(attemptId)
  expect(asked).toEqual([['Patch day']])
})

test('a code that no gateway of this console knows changes nothing: the machine’s question is asked as it is', async () => {
  const { port } = await serve((context) =>
    context.prompt([{ prompt: screen.replace('Password', 'Press Enter'), echo: true }], () => context.accept()),
  )
  const console = consoleFor(port)
  const attemptId = await trusting(console)
  expect(await console.world.prompt(attemptId, 'questions')).toMatchObject({ questions: [{ echo: true }] })
  await console.world.answer(attemptId, { kind: 'texts', texts: [''] })
  await console.world.inside(attemptId)
})
