/** Real ports on loopback: what the stand-in opens leads to a real server, and what it closes takes no new connection. */
import { connect, createServer, type Server, type Socket } from 'node:net'

export interface Target {
  host: string
  port: number
}

export interface OpenPorts {
  /** Answers the port: the one that was asked for, or a free one for 0. */
  open(key: string, place: { host: string; port: number }, target: Target): Promise<number>
  /** As Azure does: what is connected stays so. */
  close(key: string): void
  stop(): Promise<void>
}

export function createPorts(): OpenPorts {
  const servers = new Map<string, Server>()
  const sockets = new Set<Socket>()

  function keep(socket: Socket): void {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  }

  return {
    async open(key, { host, port }, target) {
      const server = createServer((socket) => {
        const far = connect(target.port, target.host)
        keep(socket)
        keep(far)
        socket.on('error', () => far.destroy())
        far.on('error', () => socket.destroy())
        socket.pipe(far).pipe(socket)
      })
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        server.listen(port, host, resolve)
      })
      servers.get(key)?.close()
      servers.set(key, server)
      const address = server.address()
      return typeof address === 'object' && address !== null ? address.port : port
    },
    close(key) {
      servers.get(key)?.close()
      servers.delete(key)
    },
    async stop() {
      for (const socket of sockets) socket.destroy()
      await Promise.all([...servers.values()].map((server) => new Promise((resolve) => void server.close(resolve))))
      servers.clear()
    },
  }
}
