/** The gateway's own file, with a hand on it before each statement runs: to count, to fail, to end the process. */
import type { SqliteFile } from '../../gateway/store/database.ts'

type Method = 'run' | 'all'
type Statement = ReturnType<SqliteFile['prepare']>

/** `before` is asked with the text of each statement that is about to run; what it answers is thrown instead. `after` is told that it ran. */
export function failWhile(
  file: SqliteFile,
  before: (sql: string) => Error | undefined,
  after: (sql: string) => void = () => {},
): SqliteFile {
  const prepare = file.prepare.bind(file)
  const watched = (sql: string): Statement => {
    const statement = prepare(sql)
    for (const method of ['run', 'all'] satisfies Method[]) watch(statement, method, sql)
    return statement
  }
  const watch = (statement: Statement, method: Method, sql: string): void => {
    const original = statement[method]
    Object.defineProperty(statement, method, {
      value: (...parameters: unknown[]): unknown => {
        const fault = before(sql)
        if (fault !== undefined) throw fault
        const answer: unknown = Reflect.apply(original, statement, parameters)
        after(sql)
        return answer
      },
    })
  }
  Object.defineProperty(file, 'prepare', { value: watched })
  return file
}
