/** The variables that programs started by the console may inherit: an allow-list, so that nothing can load code into them (F-23). */

const allowed = new Set([
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'TZ',
  'LANG',
  'LANGUAGE',
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'XAUTHORITY',
  'XDG_RUNTIME_DIR',
  'XDG_SESSION_TYPE',
  'XDG_CURRENT_DESKTOP',
  'XDG_DATA_HOME',
  'DBUS_SESSION_BUS_ADDRESS',
  'SSH_AUTH_SOCK',
  'TMPDIR',
])

/** Windows compares names without case; without SystemRoot many of its programs do not even start. */
const allowedOnWindows = new Set([
  'PATH',
  'SYSTEMROOT',
  'SYSTEMDRIVE',
  'WINDIR',
  'COMSPEC',
  'TEMP',
  'TMP',
  'USERNAME',
  'USERDOMAIN',
  'USERPROFILE',
  'HOMEDRIVE',
  'HOMEPATH',
  'APPDATA',
  'LOCALAPPDATA',
  'PROGRAMDATA',
  'PROGRAMFILES',
  'PROGRAMFILES(X86)',
  'COMPUTERNAME',
  'SSH_AUTH_SOCK',
])

/** What of `variables` a child may see. Never SSH_ASKPASS, LD_PRELOAD, NODE_OPTIONS and the like, whatever else is added there one day. */
export function childEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined || value.includes('\0')) continue
    const isAllowed = platform === 'win32' ? allowedOnWindows.has(name.toUpperCase()) : allowed.has(name) || /^LC_[A-Z]+$/.test(name)
    if (isAllowed) kept[name] = value
  }
  return kept
}
