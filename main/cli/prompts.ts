/** What a connect asks, asked in this terminal. Secrets are typed without being shown, and go nowhere but into the answer. */
import type { Prompt, PromptAnswer } from '../../preload/contract.ts'
import { plain } from './output.ts'
import type { Terminal } from './terminal.ts'

type Asking = Pick<Terminal, 'ask' | 'say' | 'canAsk'>

/** Where nobody can be asked, everything is refused: a host key is never believed because nobody looked. */
export async function answerPrompt(terminal: Asking, prompt: Prompt): Promise<PromptAnswer> {
  if (!terminal.canAsk) {
    terminal.say(`This has to be asked, and there is no terminal to ask in: ${prompt.kind}.`)
    return { kind: 'refuse' }
  }
  switch (prompt.kind) {
    case 'hostKey':
      for (const line of prompt.randomart.split('\n')) terminal.say(plain(line))
      return await accept(terminal, `First contact. Host key ${plain(prompt.algorithm)} ${prompt.fingerprint}`)
    case 'certificate':
      return await accept(terminal, `First contact. Certificate of ${plain(prompt.subject)}, ${prompt.fingerprint}`)
    case 'user':
      return await text(terminal, prompt.suggestion === '' ? 'User: ' : `User (${plain(prompt.suggestion)}): `, false, prompt.suggestion)
    case 'password':
      if (prompt.again) terminal.say('That was not it.')
      return await text(terminal, `Password of ${plain(prompt.user)}: `, true)
    case 'passphrase':
      if (prompt.again) terminal.say('That was not it.')
      return await text(terminal, `Passphrase of ${plain(prompt.key)}: `, true)
    case 'questions': {
      for (const line of [prompt.title, ...prompt.instructions.split('\n')]) if (line !== '') terminal.say(plain(line))
      const texts: string[] = []
      for (const question of prompt.questions) {
        const typed = await terminal.ask(`${plain(question.text)} `, !question.echo)
        if (typed === undefined) return { kind: 'refuse' }
        texts.push(typed)
      }
      return { kind: 'texts', texts }
    }
  }
}

async function accept(terminal: Asking, what: string): Promise<PromptAnswer> {
  terminal.say(what)
  return (await confirm(terminal, 'Is this what it should be? Only "yes" goes on: ')) ? { kind: 'accept' } : { kind: 'refuse' }
}

/** Whether the person typed "yes", in full. */
export async function confirm(terminal: Pick<Terminal, 'ask'>, question: string): Promise<boolean> {
  return (await terminal.ask(question))?.trim().toLowerCase() === 'yes'
}

async function text(terminal: Asking, question: string, isSecret: boolean, otherwise = ''): Promise<PromptAnswer> {
  const typed = await terminal.ask(question, isSecret)
  if (typed === undefined) return { kind: 'refuse' }
  return { kind: 'text', text: typed === '' ? otherwise : typed, remember: false }
}
