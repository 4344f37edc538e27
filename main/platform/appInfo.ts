/** Facts about this computer that both hosts tell the app, and where the console keeps its data. */
import { mkdirSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import path from 'node:path'
import type { AppInfo } from '../../preload/contract.ts'

/**
 * The person's own folder for the console, made for this person's eyes only (F-110). `GATEHOUSE_DATA` names another.
 * XDG Base Directory Specification; on macOS and Windows where applications keep theirs.
 */
export function dataFolder(platform: NodeJS.Platform, environment: Readonly<Record<string, string | undefined>>, home: string): string {
  const named = environment['GATEHOUSE_DATA']
  if (named !== undefined) return path.resolve(named)
  if (platform === 'darwin') return path.join(home, 'Library/Application Support/Gatehouse')
  if (platform === 'win32') return path.join(environment['LOCALAPPDATA'] ?? path.join(home, 'AppData/Local'), 'Gatehouse')
  const data = environment['XDG_DATA_HOME']
  // The specification has relative paths ignored.
  return path.join(data !== undefined && path.isAbsolute(data) ? data : path.join(home, '.local/share'), 'gatehouse')
}

const platformName = (platform: NodeJS.Platform): AppInfo['platform'] =>
  platform === 'darwin' ? 'macos' : platform === 'win32' ? 'windows' : 'linux'

/** Makes the data folder if it is not there. `limits` are keys of words for what this host cannot do (F-109). */
export function appInfo(host: AppInfo['host'], version: string, limits: string[]): AppInfo {
  const folder = dataFolder(process.platform, process.env, homedir())
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return {
    version,
    host,
    platform: platformName(process.platform),
    locale: Intl.DateTimeFormat().resolvedOptions().locale,
    user: userInfo().username,
    dataFolder: folder,
    limits,
  }
}
