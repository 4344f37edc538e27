/** Where the gateway writes what operators need and technicians do not. A pino logger's bindings fit behind it; no secrets, no contents. */
export interface Log {
  info(message: string, facts?: Readonly<Record<string, string | number | boolean>>): void
  error(message: string, facts?: Readonly<Record<string, string | number | boolean>>): void
}

export const noLog: Log = { info: () => {}, error: () => {} }
