/** The application's menu and the tray's. Roles bring their own words in the system's language; ours are few and plain. */
import type { MenuItemConstructorOptions } from 'electron'

/**
 * The menu bar. Only macOS shows one: there, without an Edit menu, copying by keyboard does not work at all. Elsewhere the window has
 * everything itself, and a hidden menu would only take keys (Ctrl-W, Ctrl-R) that belong to the terminal.
 */
export function applicationMenu(platform: NodeJS.Platform): MenuItemConstructorOptions[] | null {
  if (platform !== 'darwin') return null
  return [{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }]
}

export function trayMenu(actions: { show: () => void; quit: () => void }): MenuItemConstructorOptions[] {
  return [{ label: 'Gatehouse', click: actions.show }, { type: 'separator' }, { role: 'quit', click: actions.quit }]
}
