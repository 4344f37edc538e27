/** How a terminal looks: the person's font, and a theme whose sixteen colours are readable on its own background. */
import type { ITerminalOptions, ITheme } from '@xterm/xterm'
import type { Settings } from '../../preload/contract.ts'

const dark: ITheme = {
  background: '#14161b',
  foreground: '#d7dae0',
  cursor: '#8ea2ff',
  cursorAccent: '#14161b',
  selectionBackground: '#3b4a8f88',
  black: '#2a2e37',
  red: '#ff7b72',
  green: '#7ee787',
  yellow: '#e3b341',
  blue: '#79a8ff',
  magenta: '#d2a8ff',
  cyan: '#56d4dd',
  white: '#c9d1d9',
  brightBlack: '#7d8590',
  brightRed: '#ffa198',
  brightGreen: '#a5f0ad',
  brightYellow: '#f2cc60',
  brightBlue: '#a5c4ff',
  brightMagenta: '#e2c5ff',
  brightCyan: '#8fe7ee',
  brightWhite: '#ffffff',
}
const light: ITheme = {
  background: '#ffffff',
  foreground: '#24292f',
  cursor: '#3b5bdb',
  cursorAccent: '#ffffff',
  selectionBackground: '#bac8ff99',
  black: '#24292f',
  red: '#c21f2b',
  green: '#116329',
  yellow: '#7a5200',
  blue: '#0550ae',
  magenta: '#7a32c4',
  cyan: '#0f6674',
  white: '#57606a',
  brightBlack: '#6e7781',
  brightRed: '#a40e26',
  brightGreen: '#1a7f37',
  brightYellow: '#633c01',
  brightBlue: '#0969da',
  brightMagenta: '#8250df',
  brightCyan: '#1b7c83',
  brightWhite: '#24292f',
}

export type TerminalLook = Pick<ITerminalOptions, 'fontFamily' | 'fontSize' | 'scrollback' | 'theme'>

/** `appIsDark`: what the window shows now, for a terminal that follows it. */
export function terminalLook(settings: Settings['terminal'], appIsDark: boolean): TerminalLook {
  const isDark = settings.theme === 'followApp' ? appIsDark : settings.theme === 'dark'
  return {
    // What the person named comes first; a font that is not there must not fall back to a proportional one.
    fontFamily: `${settings.fontFamily}, ui-monospace, 'Cascadia Mono', 'DejaVu Sans Mono', monospace`,
    fontSize: settings.fontSize,
    scrollback: settings.scrollback,
    theme: isDark ? dark : light,
  }
}
