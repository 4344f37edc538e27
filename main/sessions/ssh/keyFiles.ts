/** Which keys are tried, and how their passphrases are come by. */
import { join } from 'node:path'
import type { AppInfo, Settings } from '../../../preload/contract.ts'
import { CallError } from '../../callError.ts'
import type { Secrets } from '../../ports.ts'
import { passphraseName } from '../needs.ts'
import { createSavedSecret } from '../savedSecrets.ts'
import type { Asks } from './asks.ts'
import { createKeyRing, type KeyRing, type Unlock } from './keyRing.ts'

/** What OpenSSH tries when nothing is configured, strongest first. */
const usualFiles = ['id_ed25519', 'id_ecdsa', 'id_rsa']
const mostPassphrases = 3

interface Surroundings {
  settings: Settings['ssh']
  home: string
  platform: AppInfo['platform']
  environment: Readonly<Record<string, string>>
  secrets: Secrets
}

/** The keys to try: the agent's if it is wanted, then the chosen files, or OpenSSH's usual ones where none is chosen. Never rejects. */
export function keysToTry(around: Surroundings, asks: Pick<Asks, 'passphrase'>): Promise<KeyRing> {
  const { settings, home } = around
  const files = settings.keyFiles.length > 0 ? settings.keyFiles : usualFiles.map((name) => join('~', '.ssh', name))
  const paths = files.map((file) => file.replace(/^~(?=[/\\])/, () => home))
  return createKeyRing(settings.useAgent ? agentSocket(around) : undefined, paths, unlockWith(around.secrets, asks))
}

function agentSocket({ platform, environment }: Surroundings): string | undefined {
  // Windows' own agent has a fixed name and sets no variable.
  return environment['SSH_AUTH_SOCK'] ?? (platform === 'windows' ? String.raw`\\.\pipe\openssh-ssh-agent` : undefined)
}

function unlockWith(secrets: Secrets, asks: Pick<Asks, 'passphrase'>): Unlock {
  return async (file, open) => {
    const saved = createSavedSecret(secrets, passphraseName(file))
    const kept = await saved.read()
    if (kept !== undefined) {
      const key = open(kept)
      if (key) return key
      saved.refused()
    }
    for (let wrong = 0; wrong < mostPassphrases; wrong += 1) {
      const typed = await asks.passphrase(file, wrong > 0, saved.canRemember())
      if (!typed) return undefined
      const key = open(typed.text)
      if (!key) continue
      await saved.accepted(typed.text, typed.remember)
      return key
    }
    throw new CallError({ tag: 'keyUnusable', problem: 'wrongPassphrase' })
  }
}
