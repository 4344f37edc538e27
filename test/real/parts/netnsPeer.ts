/** Run as a process inside a network namespace: a machine that echoes, or a client that connects. Told what to do by its parent, in order. */
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Task } from './netnsTask.ts'
import type { Answer } from './netnsTask.ts'

const sockets = new Map<number, Socket>()

process.on('disconnect', () => process.exit())
process.on('message', (message) => {
  const task = Task.parse(message)
  void perform(task).then((result) => send({ task: task.id, ...result }))
})

async function perform(task: Task): Promise<{ how: string; atMs: number }> {
  switch (task.do) {
    case 'listen': {
      const { talksAfterMs } = task
      const server = createServer((socket) => {
        socket.on('error', () => {})
        socket.pipe(socket)
        if (talksAfterMs === undefined) return
        const talk = setTimeout(() => setInterval(() => socket.write('x'), 10), talksAfterMs)
        socket.on('close', () => clearTimeout(talk))
      })
      server.listen(task.port, '::')
      await once(server, 'listening')
      return ended('listening')
    }
    case 'connect':
      return await dial(task)
    case 'echo': {
      const socket = sockets.get(task.connection)
      if (socket === undefined || socket.destroyed) return ended('gone')
      socket.write('x')
      return ended(await Promise.race([once(socket, 'data').then(() => 'echoed'), once(socket, 'close').then(() => 'gone')]))
    }
    case 'hear': {
      const socket = sockets.get(task.connection)
      if (socket === undefined) return ended('gone')
      return ended(await Promise.race([once(socket, 'data').then(() => 'heard'), sleep(task.timeoutMs, 'nothing')]))
    }
  }
}

/** A chatty connection sends a byte every 10 ms. When a connection ends, that is told as the answer to task 0. */
function dial({ id, host, port, from, chatty, timeoutMs }: Extract<Task, { do: 'connect' }>): Promise<{ how: string; atMs: number }> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, noDelay: true, ...(from === undefined ? {} : { localAddress: from }) })
    let how = 'end'
    const timer = setTimeout(() => socket.destroy(Object.assign(new Error('timeout'), { code: 'timeout' })), timeoutMs)
    let talk: NodeJS.Timeout | undefined
    socket.on('connect', () => {
      clearTimeout(timer)
      sockets.set(id, socket)
      socket.resume()
      if (chatty) talk = setInterval(() => socket.write('x'), 10)
      resolve(ended('connected'))
    })
    socket.on('error', (error) => (how = 'code' in error ? String(error.code) : error.message))
    socket.on('close', () => {
      clearTimeout(timer)
      clearInterval(talk)
      resolve(ended(how))
      if (sockets.delete(id)) send({ task: 0, connection: id, ...ended(how) })
    })
  })
}

function ended(how: string): { how: string; atMs: number } {
  return { how, atMs: performance.timeOrigin + performance.now() }
}

function send(answer: Answer): void {
  process.send?.(answer)
}
