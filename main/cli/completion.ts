/**
 * `gatehouse completion bash|zsh|fish`: made from the commands themselves, so it knows all of them. Names of machines are asked of the console
 * when there is one to ask; completing never starts anything.
 */
import { Argument, Command } from 'commander'
import type { Context } from './context.ts'

const shells = ['bash', 'zsh', 'fish'] as const

export function addCompletionCommand(program: Command, { terminal }: Context): void {
  program.addCommand(
    new Command('completion')
      .summary('Write the completion for a shell')
      .description('Write the completion for a shell: source <(gatehouse completion bash)')
      .addArgument(new Argument('<shell>', 'for which shell').choices(shells))
      .action((shell: (typeof shells)[number]) => terminal.print(completionFor(shell, program))),
  )
}

interface Place {
  /** "machines list" */
  path: string
  /** Commands, options and choices that may come next, each with what it does. */
  words: { word: string; summary: string }[]
  /** What the value of an option may be. */
  values: { option: string; words: readonly string[] }[]
  takesMachine: boolean
}

/** The script. Words are from our own sources: letters, digits and hyphens; summaries are quoted. */
export function completionFor(shell: (typeof shells)[number], program: Command): string {
  const places = placesOf(program, '')
  switch (shell) {
    case 'bash':
      return bash(places)
    case 'zsh':
      return `#compdef gatehouse\nautoload -U +X bashcompinit && bashcompinit\n${bash(places)}`
    case 'fish':
      return fish(places)
  }
}

function placesOf(at: Command, path: string): Place[] {
  const options = at.options.filter((option) => !option.hidden)
  const takes = at.registeredArguments
  // What only the completion itself calls.
  const commands = at.commands.filter((one) => !one.name().startsWith('__'))
  const words = [
    ...commands.map((command) => ({ word: command.name(), summary: command.summary() })),
    ...takes.flatMap((argument) => (argument.argChoices ?? []).map((word) => ({ word, summary: argument.description }))),
    ...options.map((option) => ({ word: option.long ?? option.flags, summary: option.description })),
    { word: '--help', summary: 'show help' },
  ]
  const values = options.flatMap((option) =>
    option.argChoices && option.long !== undefined ? [{ option: option.long, words: option.argChoices }] : [],
  )
  const takesMachine = takes.some((argument) => ['machine', 'machines'].includes(argument.name()))
  return [{ path, words, values, takesMachine }, ...commands.flatMap((command) => placesOf(command, `${path} ${command.name()}`.trim()))]
}

function bash(places: readonly Place[]): string {
  const cases = places.map(({ path, words, takesMachine }) => {
    const names = takesMachine ? ' $(gatehouse __machines 2>/dev/null)' : ''
    return `    '${path}') words="${words.map(({ word }) => word).join(' ')}${names}" ;;`
  })
  const values = places.flatMap((place) =>
    place.values.map((value) => `    '${place.path} ${value.option}') words="${value.words.join(' ')}" ;;`),
  )
  const groups = places.filter(({ path }) => path !== '' && places.some((other) => other.path.startsWith(`${path} `)))
  return `_gatehouse() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path="" words="" word at
  for ((at = 1; at < COMP_CWORD; at++)); do
    word="\${COMP_WORDS[at]}"
    case "$word" in -*) continue ;; esac
    case "$path" in
      ''${groups.map(({ path }) => `|'${path}'`).join('')}) path="\${path:+$path }$word" ;;
      *) break ;;
    esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  case "$path $previous" in
${values.join('\n')}
    *) ;;
  esac
  local IFS=$' \\t\\n'
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _gatehouse gatehouse`
}

function fish(places: readonly Place[]): string {
  const lines = places.flatMap(({ path, words, values, takesMachine }) => {
    const subcommands = places.filter((other) => other.path !== path && other.path.startsWith(path === '' ? '' : `${path} `))
    const next = new Set(subcommands.map((other) => other.path.slice(path.length).trim().split(' ')[0]))
    const seen = path === '' ? [] : path.split(' ').map((word) => `__fish_seen_subcommand_from ${word}`)
    const unseen = next.size === 0 ? [] : [`not __fish_seen_subcommand_from ${[...next].join(' ')}`]
    const condition = [...seen, ...unseen].join('; and ') || 'true'
    const start = `complete -c gatehouse -n '${condition}'`
    return [
      ...words.map(({ word, summary }) => {
        const is = word.startsWith('--') ? `-l ${word.slice(2)}` : `-f -a ${word}`
        const choices = values.find(({ option }) => option === word)
        return `${start} ${is}${choices ? ` -x -a '${choices.words.join(' ')}'` : ''} -d '${quoted(summary)}'`
      }),
      ...(takesMachine ? [`${start} -f -a '(gatehouse __machines 2>/dev/null)'`] : []),
    ]
  })
  return lines.join('\n')
}

const quoted = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")
