import { fork } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { createKeychainCalls, stateOfError } from '../../../main/platform/keychainCalls.ts'
import { Answer, type Question } from '../../../main/platform/keychainMessages.ts'
import { forkWithElectron, keychainWorkerFile, type ForkKeychain } from '../../../main/platform/keychainFork.ts'

const clock = { monotonicMs: () => performance.now() }
/** What Electron's utility process gives to the worker instead of Node's channel. */
const parentPort = `process.parentPort = {
  on: (_event, listener) => process.on('message', (data) => listener({ data })),
  postMessage: (message) => process.send(message),
}`

/** A process as Electron's utilityProcess.fork makes one. */
function utility(file: string) {
  const execArgv = ['--import', `data:text/javascript,${encodeURIComponent(parentPort)}`]
  const child = fork(file, [], { execArgv, env: { PATH: '/usr/bin', HOME: '/nonexistent' }, stdio: 'ignore' })
  return {
    child,
    pid: child.pid,
    postMessage: (message: object) => void child.send(message),
    on: (event: 'message', listener: (message: unknown) => void) => child.on(event, listener),
    once: (event: 'exit', listener: (code: number) => void) => child.once(event, (code) => listener(code ?? -1)),
    kill: () => child.kill(),
  }
}

describe('the keychain’s process under Electron', () => {
  test('answers over its parent port, and is ended for good by kill', async () => {
    const started: ReturnType<typeof utility>[] = []
    const forkKeychain = forkWithElectron((file) => {
      const child = utility(file)
      started.push(child)
      return child
    })
    const worker = forkKeychain()
    const answered = new Promise((resolve) => worker.onMessage(resolve))
    worker.send({ id: 7, op: 'getPassword', service: 'Gatehouse', account: 'nobody' })
    // There is no session bus in its environment, which the keychain library tells in its own words.
    const answer = Answer.parse(await answered)
    expect(answer).toHaveProperty('id', 7)
    expect(answer).toHaveProperty('error')
    expect(JSON.stringify(answer)).toMatch(/D-Bus|keytar/)
    const exited = new Promise((resolve) => worker.onExit(resolve))
    worker.kill()
    expect(await exited).toBe('exit code -1')
    expect(started[0]?.child.signalCode).toBe('SIGKILL')
  })

  test('ends with the console', async () => {
    const child = fork(keychainWorkerFile(), [], { stdio: 'ignore', env: {}, execArgv: [] })
    await once(child, 'spawn')
    child.disconnect()
    await once(child, 'exit')
    expect(child.signalCode).toBe('SIGKILL')
  })

  test('is found beside its caller, as source and as built', () => {
    expect(keychainWorkerFile('file:///app/main/platform/keychainFork.ts')).toBe('/app/main/platform/keychainWorker.ts')
    expect(keychainWorkerFile('file:///app/dist/main/index.mjs')).toBe('/app/dist/main/keychainWorker.mjs')
  })
})

const question = (account: string) => ({ op: 'getPassword' as const, service: 'Gatehouse', account })
const failure = (state: string) => ({ failure: { tag: 'keychain', state } })

/** A worker that answers when told to. */
function standIn() {
  const asked: Question[] = []
  let forks = 0
  let kills = 0
  let answer: ((message: unknown) => void) | undefined
  let exit: ((how: string) => void) | undefined
  const forkKeychain: ForkKeychain = () => {
    forks += 1
    return {
      send: (one) => void asked.push(one),
      onMessage: (listener) => {
        answer = listener
      },
      onExit: (listener) => {
        exit = listener
      },
      kill: () => {
        kills += 1
        exit?.('SIGKILL')
      },
    }
  }
  return {
    forkKeychain,
    asked,
    forks: () => forks,
    kills: () => kills,
    answer: (message: unknown) => answer?.(message),
  }
}

describe('calls to the keychain', () => {
  test('F-108: go one at a time, and one that hangs is told as timeout to all that wait', async () => {
    const worker = standIn()
    const call = createKeychainCalls(worker.forkKeychain, clock, 400)
    const by = clock.monotonicMs() + 100
    await Promise.all(['a', 'b'].map((account) => expect(call(question(account), by)).rejects.toMatchObject(failure('timeout'))))
    expect(worker.asked.map(({ account }) => account)).toEqual(['a'])

    // Answered after all: what waited too long is not asked any more, the next one is.
    worker.answer({ id: 1, value: 'late' })
    const next = call(question('c'), clock.monotonicMs() + 300)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(worker.asked.map(({ account }) => account)).toEqual(['a', 'c'])
    worker.answer({ id: 2, value: 'secret' })
    expect(await next).toBe('secret')
    expect({ forks: worker.forks(), kills: worker.kills() }).toEqual({ forks: 1, kills: 0 })
  })

  test('F-108: a process that never answers is killed after the patience, and the next call has a new one', async () => {
    const worker = standIn()
    const call = createKeychainCalls(worker.forkKeychain, clock, 150)
    await expect(call(question('a'), clock.monotonicMs() + 50)).rejects.toMatchObject(failure('timeout'))
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(worker.kills()).toBe(1)
    const next = call(question('b'), clock.monotonicMs() + 500)
    await new Promise((resolve) => setTimeout(resolve, 20))
    worker.answer({ id: 2, value: null })
    expect(await next).toBeNull()
    expect(worker.forks()).toBe(2)
  })

  test('the words of the keychains of three systems mean locked or missing', () => {
    for (const message of ['Cannot create an item in a locked collection', 'prompt was dismissed', 'User interaction is not allowed.']) {
      expect(stateOfError(message)).toBe('locked')
    }
    for (const message of ['Cannot autolaunch D-Bus without X11 $DISPLAY', 'Failed to load keytar native addon', 'anything else']) {
      expect(stateOfError(message)).toBe('missing')
    }
  })
})
