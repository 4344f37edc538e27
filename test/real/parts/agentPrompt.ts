/** Somebody at a machine's sign-in, in a terminal: OpenSSH's own client, or the login program of the console. What is on the screen can be read. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader'
import type { AgentMachine } from './agentMachine.ts'
import { eventually } from './keeper.ts'

export interface Prompt {
  /** Everything that was written so far. */
  text(): string
  type(keys: string): void
  /** Waits until the pattern is on the screen, after what was seen before; gives the match. */
  sees(pattern: RegExp, withinMs?: number): Promise<RegExpExecArray>
  /** Waits for the end of the client, which comes from the machine's side, and gives its exit code. */
  isCut(): Promise<number>
  /** The same when nothing more will be typed: what reads the keyboard is told so. */
  ended(): Promise<number>
  /** Ctrl-C: OpenSSH's client is gone, without a word to the machine. */
  vanish(): Promise<void>
}

/** The plain OpenSSH client, with no key and no settings of this computer. */
export function atSsh(machine: AgentMachine, user: string): Prompt {
  const options = [
    'StrictHostKeyChecking=no',
    'UserKnownHostsFile=/dev/null',
    'LogLevel=ERROR',
    'IdentitiesOnly=yes',
    'IdentityFile=none',
    'NumberOfPasswordPrompts=2',
  ]
  return inTerminal(machine, `ssh -F none ${options.map((one) => `-o ${one}`).join(' ')} -p ${machine.sshPort} ${user}@127.0.0.1`)
}

/** The console: login(1), as getty starts it when a name was typed. */
export function atConsole(machine: AgentMachine, user: string): Prompt {
  return inTerminal(machine, `login ${user}`)
}

function inTerminal(machine: AgentMachine, command: string): Prompt {
  const child = machine.start('script', ['--quiet', '--return', '--command', command, '/dev/null'], ['pipe', 'pipe', 'pipe'])
  let text = ''
  let seen = 0
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  child.stdin?.on('error', () => {})
  const closed = once(child, 'close')
  async function isCut(): Promise<number> {
    await closed
    return child.exitCode ?? -1
  }
  return {
    text: () => text,
    type: (keys) => void child.stdin?.write(keys),
    async sees(pattern, withinMs = 15_000) {
      let found: RegExpExecArray | null = null
      await eventually(`${String(pattern)} in the terminal`, withinMs, () => {
        found = pattern.exec(text.slice(seen))
        if (found === null && child.exitCode !== null) throw new Error(`the client ended without ${String(pattern)}: ${text.slice(-2000)}`)
        return found !== null
      }).catch((error: unknown) => {
        throw new Error(`not seen: ${JSON.stringify(text.slice(seen).slice(-1000))}`, { cause: error })
      })
      const match = pattern.exec(text.slice(seen))
      if (match === null) throw new Error('it was there a moment ago')
      seen += match.index + match[0].length
      return match
    },
    isCut,
    async ended() {
      child.stdin?.end()
      return isCut()
    },
    async vanish() {
      child.stdin?.write('\u0003')
      await closed
    },
  }
}

/** What a challenge's screen says. */
export async function readScreen(prompt: Prompt): Promise<{ number: string; shortCode: string; text: string; picture: string[] }> {
  await prompt.sees(/Password: /)
  const lines = prompt.text().split(/\r?\n/)
  const [, number = '', shortCode = ''] = /Number: (\d\d) {4}Code: ([A-Z2-7-]+)/.exec(prompt.text()) ?? []
  return {
    number,
    shortCode,
    text: lines.findLast((line) => line.startsWith('GATEHOUSE1:')) ?? '',
    picture: await decodePicture(lines.filter((line) => /^[█▀▄ ]{25,}$/.test(line))),
  }
}

const wasm = createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm')
const modulePixels = 4

/** Every code in a picture of half blocks, as a terminal draws it: light on dark, each half a square. */
export async function decodePicture(lines: string[]): Promise<string[]> {
  await prepareZXingModule({ overrides: { wasmBinary: new Uint8Array(readFileSync(wasm)).buffer }, fireImmediately: true })
  const columns = Math.max(...lines.map((line) => line.length)) + 8
  const [width, height] = [columns * modulePixels, (lines.length + 4) * 2 * modulePixels]
  const data = new Uint8ClampedArray(width * height * 4).fill(0)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const row = Math.floor(y / modulePixels) - 4
      const character = lines[Math.floor(row / 2)]?.[Math.floor(x / modulePixels) - 4] ?? ' '
      const isLight = character === '█' || character === (row % 2 === 0 ? '▀' : '▄')
      data.set(isLight ? [229, 229, 229, 255] : [0, 0, 0, 255], (y * width + x) * 4)
    }
  }
  const found = await readBarcodes({ data, width, height, colorSpace: 'srgb' }, { formats: ['QRCode'], tryHarder: true })
  return found.filter(({ isValid }) => isValid).map(({ text }) => text)
}
