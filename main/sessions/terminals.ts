/** The system's terminals as data: how each is told to run a program with arguments, without a shell in between where that can be had. */
import type { Programs } from '../ports.ts'

export interface TerminalTemplate {
  name: string
  system: 'linux' | 'macos' | 'windows'
  program: string
  /** The program hands the window to another process and ends: its end is not the session's. */
  handsOver: boolean
  /** `command` is an absolute file and its arguments. */
  arguments(title: string, command: readonly string[]): string[]
}

export interface Terminal {
  template: TerminalTemplate
  /** Absolute. */
  file: string
}

/** A word of a POSIX shell that stands for exactly `text`. */
const shellWord = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`

/** In order of preference: what the system calls its terminal, then the known ones. */
export const terminals: readonly TerminalTemplate[] = [
  {
    name: 'GNOME Terminal',
    system: 'linux',
    program: 'gnome-terminal',
    handsOver: false,
    // --wait: the program stays as long as its window, though another process shows it.
    arguments: (title, command) => ['--wait', `--title=${title}`, '--', ...command],
  },
  {
    name: 'Konsole',
    system: 'linux',
    program: 'konsole',
    handsOver: false,
    arguments: (title, command) => ['--separate', '--nofork', '-p', `tabtitle=${title}`, '-e', ...command],
  },
  {
    // Debian's name for the terminal that the administrator chose. Policy 11.8.3: it takes -T and -e as xterm does.
    name: 'x-terminal-emulator',
    system: 'linux',
    program: 'x-terminal-emulator',
    handsOver: false,
    arguments: (title, command) => ['-T', title, '-e', ...command],
  },
  {
    name: 'xterm',
    system: 'linux',
    program: 'xterm',
    handsOver: false,
    arguments: (title, command) => ['-T', title, '-e', ...command],
  },
  {
    // AppleScript's `do script` gives a line to the person's shell: each word is quoted, and the line is an argument, not part of the script.
    name: 'Terminal',
    system: 'macos',
    program: 'osascript',
    handsOver: true,
    arguments: (_title, command) => [
      '-e',
      'on run argv',
      '-e',
      'tell application "Terminal"',
      '-e',
      'activate',
      '-e',
      'do script (item 1 of argv)',
      '-e',
      'end tell',
      '-e',
      'end run',
      '--',
      `exec ${command.map(shellWord).join(' ')}`,
    ],
  },
  {
    // Windows Terminal takes ";" for the start of another tab, so it is escaped in every argument.
    name: 'Windows Terminal',
    system: 'windows',
    program: 'wt',
    handsOver: true,
    arguments: (title, command) => ['new-tab', '--title', title, ...command].map((word) => word.replaceAll(';', '\\;')),
  },
  {
    name: 'Windows Console',
    system: 'windows',
    program: 'conhost',
    handsOver: false,
    arguments: (_title, command) => [...command],
  },
]

/** The first terminal of this system that is there. */
export function findTerminal(programs: Pick<Programs, 'find'>, system: TerminalTemplate['system']): Terminal | undefined {
  for (const template of terminals) {
    if (template.system !== system) continue
    const file = programs.find(template.program)
    if (file !== undefined) return { template, file }
  }
  return undefined
}
