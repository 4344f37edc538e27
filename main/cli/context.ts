/** What every command is given, and how it says that it did not come to its end. */
import { Command, InvalidArgumentError } from 'commander'
import type { Door } from './door.ts'
import type { Terminal } from './terminal.ts'

export interface Context {
  readonly terminal: Terminal
  /** Opened when it is first asked for: help, completion and verify need no console. Throws NoConsole. */
  door(): Promise<Door>
  /** What the program ends with if the command gets to its end; 0 if it is not told. */
  endWith(code: number): void
  readonly files: {
    /** Throws CallError `file`. */
    read(path: string): Promise<string>
    /** Throws CallError `file`. */
    readBytes(path: string): Promise<Uint8Array>
  }
}

/** A command that came to nothing, with words of its own and the code to end with. */
export class Refused extends Error {
  readonly exitCode: number
  constructor(words: string, exitCode: number) {
    super(words)
    this.name = 'Refused'
    this.exitCode = exitCode
  }
}

/** A command with the option that all of them have. "show <machine>": its name, and what it takes. */
export function command(usage: string, summary: string): Command {
  const [name = '', ...takes] = usage.split(' ')
  const made = new Command(name).summary(summary).description(`${summary}.`)
  for (const one of takes) made.argument(one)
  return made.option('--json', 'answer as JSON: one document, or one line for each row')
}

/** A command that only holds others. */
export function group(program: Command, name: string, summary: string): Command {
  const made = new Command(name).summary(summary).description(`${summary}.`)
  program.addCommand(made)
  return made
}

/** A reader of an option's or argument's value; what it cannot read is a fault of usage. */
export function reader<Value>(what: string, read: (text: string) => Value | undefined): (text: string) => Value {
  return (text) => {
    const value = read(text)
    if (value === undefined) throw new InvalidArgumentError(`It must be ${what}.`)
    return value
  }
}

/** The same for an option that may be given several times, or once with commas. */
export function listReader<Value>(what: string, read: (text: string) => Value | undefined): (text: string, before?: Value[]) => Value[] {
  const one = reader(what, read)
  return (text, before = []) => [...before, ...text.split(',').map((part) => one(part.trim()))]
}

export function wholeNumber(least: number, most: number): (text: string) => number | undefined {
  return (text) => (/^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : undefined)
}
