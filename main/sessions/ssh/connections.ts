/** Signed-in connections that several tabs share: a second tab on the same machine is a channel, without another sign-in. */
import type { Client } from 'ssh2'

export interface SharedConnection {
  readonly client: Client
  readonly user: string
  /** One more channel on it. The answer gives it back; the connection closes with its last channel. */
  use(): () => void
  /** Cuts it with everything on it. */
  destroy(): void
}

export interface Connections {
  find(place: Place): SharedConnection | undefined
  add(place: Place, client: Client): SharedConnection
  closeAll(): void
}

/** What has to be the same to share one. The grant is part of it: a connection never outlives what it was opened under. */
export interface Place {
  grantId: string
  address: string
  port: number
  user: string
}

const keyOf = ({ grantId, address, port, user }: Place) => JSON.stringify([grantId, address, port, user])

export function createConnections(): Connections {
  const open = new Map<string, SharedConnection>()

  return {
    find: (place) => open.get(keyOf(place)),
    add(place, client) {
      const key = keyOf(place)
      let users = 0
      const connection: SharedConnection = {
        client,
        user: place.user,
        use() {
          users += 1
          let held = true
          return () => {
            if (!held) return
            held = false
            users -= 1
            if (users > 0) return
            forget()
            client.end()
          }
        },
        destroy() {
          forget()
          client.destroy()
        },
      }
      const forget = () => {
        if (open.get(key) === connection) open.delete(key)
      }
      client.on('close', forget)
      // What goes wrong on a connection ends it, and "close" tells.
      client.on('error', () => undefined)
      open.set(key, connection)
      return connection
    },
    closeAll() {
      for (const connection of open.values()) connection.destroy()
    },
  }
}
