/** What the worker answers, by topic: each is made anew for each file that is opened. */
import { createEvents } from './events.ts'
import type { SqliteFile } from './file.ts'
import { createMachines } from './machines.ts'
import type { Topic, Topics } from './messages.ts'

export const topics: { [Name in Topic]: (file: SqliteFile) => Topics[Name] } = {
  events: createEvents,
  machines: createMachines,
}
