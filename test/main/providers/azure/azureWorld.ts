/** The console's Azure with the stand-in behind it, and what a test does with the two. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { createAzure, type AzureTenants } from '../../../../main/providers/azure/azure.ts'
import type { Routes } from '../../../../main/network/routes.ts'
import { createProviders, type Providers } from '../../../../main/providers/ids.ts'
import type { Provider } from '../../../../main/providers/provider.ts'
import type { AzureSignIn } from '../../../../preload/contract.ts'
import { startAzure, type FakeAzure, type FakeAzureOptions } from '../../../fakes/azure/azure.ts'
import { realClock } from '../../../fakes/fakeClock.ts'
import { fakeSecrets, type FakeSecrets } from '../../../fakes/fakeSecrets.ts'

export interface AzureWorld {
  fake: FakeAzure
  azure: AzureTenants
  providers: Providers
  secrets: FakeSecrets
  folder: string
  opened: string[]
  /** The console is closed and started again, with the same folder and keychain. */
  restart(): Promise<void>
  /** Signs in by the browser, in the person's only tenant. Answers its id. */
  signIn(): Promise<string>
  provider(): Provider
}

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

export async function azureWorld(options: FakeAzureOptions & { browses?: boolean; routes?: Routes } = {}): Promise<AzureWorld> {
  const fake = await startAzure(options)
  const folder = mkdtempSync(join(tmpdir(), 'azure-'))
  writeFileSync(join(folder, 'azure-cloud.json'), JSON.stringify(fake.cloudFile))
  const secrets = fakeSecrets()
  const opened: string[] = []
  const desktop = {
    async openWebPage(url: string) {
      opened.push(url)
      if (options.browses !== false) void fake.browse(url).catch(() => undefined)
    },
  }

  function start() {
    const providers = createProviders([])
    const tls = options.routes && { routes: options.routes }
    const azure = createAzure({
      ...(tls && { tls }),
      folder,
      secrets,
      clock: realClock,
      log: quiet,
      providers,
      desktop,
      changed: () => undefined,
    })
    return { providers, azure }
  }

  let running = start()
  const stop = async () => {
    await running.azure.close()
    for (const provider of running.providers.all) await provider.close()
  }
  onTestFinished(async () => {
    await stop()
    await fake.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const world: AzureWorld = {
    fake,
    secrets,
    folder,
    opened,
    get azure() {
      return running.azure
    },
    get providers() {
      return running.providers
    },
    async restart() {
      await stop()
      running = start()
    },
    async signIn() {
      const { signInId } = await running.azure.beginSignIn({ cloud: 'public', way: 'browser' })
      const end = await signInEnd(running.azure, signInId)
      if (end.kind !== 'done') throw new Error(`not signed in: ${JSON.stringify(end)}`)
      return end.id
    },
    provider() {
      const [provider] = running.providers.all
      if (!provider) throw new Error('nobody is signed in')
      return provider
    },
  }
  return world
}

/** What a sign-in comes to, or the choice that it waits for. */
export async function signInEnd(azure: AzureTenants, signInId: string): Promise<AzureSignIn> {
  return until(() => {
    const state = azure.signIn(signInId)
    return state.kind === 'done' || state.kind === 'failed' || state.kind === 'chooseTenant' ? state : undefined
  })
}

export async function until<Value>(look: () => Value | undefined | Promise<Value | undefined>, mostMs = 10_000): Promise<Value> {
  const startedAt = performance.now()
  for (;;) {
    const value = await look()
    if (value !== undefined) return value
    if (performance.now() - startedAt > mostMs) throw new Error('it did not come to that')
    await pause(10)
  }
}
