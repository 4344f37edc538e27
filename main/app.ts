/** The app without a window: every feature made once, in order. Composition only; behaviour is in the topic folders. */
import type { PipeFrame, Reply, Topic } from '../preload/contract.ts'
import type { ApiRequest } from './apiRequest.ts'
import { createAccount } from './account/account.ts'
import { createAzureCalls } from './account/azure.ts'
import { createGatewayCalls } from './account/gateways.ts'
import { createAudit } from './audit/audit.ts'
import { createBell } from './bell.ts'
import { CallError } from './callError.ts'
import { createChallengeNotice } from './challenges/notice.ts'
import { createChallenges } from './challenges/challenges.ts'
import { openDesk } from './desk.ts'
import { createDispatch } from './dispatch.ts'
import { createGrants } from './grants/grants.ts'
import { languageOf } from './grants/endWarning.ts'
import { watchGrants } from './grants/watching.ts'
import { createLinks } from './links.ts'
import { createLog } from './log.ts'
import { createMachines } from './machines/machines.ts'
import { createMachineNames } from './machines/names.ts'
import { openOwnMachines } from './machines/own.ts'
import { createPins } from './machines/pins.ts'
import { createSync, onOtherFile } from './machines/sync.ts'
import { watchForWake } from './network/wake.ts'
import { createPipes } from './pipes.ts'
import { createPolicies } from './policies/policies.ts'
import type { Ports } from './ports.ts'
import { createAzure } from './providers/azure/azure.ts'
import { createJoinedGateways } from './providers/gateway/joined.ts'
import { readCode } from './providers/gateway/challenges.ts'
import { createProviders } from './providers/ids.ts'
import type { ConsoleEvent, Provider } from './providers/provider.ts'
import { createRecordings } from './recordings/recordings.ts'
import { foreignText } from './sessions/foreignText.ts'
import { createSessions } from './sessions/sessions.ts'
import { createSettings } from './settings/settings.ts'
import { createStart } from './windowFirst.ts'

/** What a host (a window system, or the command line) does with the app. */
export interface App {
  /** The door. `name` and `input` are whatever came over the wire; the host has checked the sender. Never rejects. */
  call(name: unknown, input: unknown): Promise<Reply>
  /** A gateway's own API as this person, for the command line; never for the window. Throws CallError notFound (gateway), offline, gatewayUntrusted. */
  fetch(gatewayId: string, request: ApiRequest): Promise<Response>
  /** The bell. */
  onChange(listener: (topic: Topic) => void): () => void
  /** The pipes: frames from the window, and frames for it. `send` resolves when the window's side has taken the frame over. */
  receiveFrame(frame: unknown): void
  connectWindow(send: (frame: PipeFrame) => Promise<void> | void): () => void
  /** A deep link or a second start's argument, hostile until parsed. */
  openLink(url: string): void
  /** When the desk's gateway is open; rejects with its StoreError when its store is in use by another console, newer than this one, or damaged. */
  readonly opened: Promise<void>
  /** Ends sessions, closes the embedded gateway, and answers when all is down. Once, however often it is asked. */
  close(): Promise<void>
}

/**
 * Throws what `opened` rejects with. `windowFirst`: does not wait for it; the window has the computer for itself until it has its first list, and only
 * then the gateway is opened.
 */
export async function createApp(ports: Ports, { windowFirst = false }: { windowFirst?: boolean } = {}): Promise<App> {
  const { clock, desktop, info } = ports
  const folder = info.dataFolder
  const logFile = createLog(folder)
  const { log } = logFile
  const bell = createBell()

  // Its key is in the keychain, which takes its time: it is asked first.
  const store = ports.openStore(folder, log)
  const start = createStart(windowFirst)
  const { provider: desk, opened } = openDesk(ports, log, start.isDrawn)
  if (!windowFirst) await opened
  const providers = createProviders([desk])
  const joined = createJoinedGateways({
    folder,
    secrets: ports.secrets,
    clock,
    providers,
    tls: ports.network,
    changed: () => {
      bell.ring('account')
      // Whether a log can be read is another now, perhaps.
      bell.ring('logs')
    },
  })
  const azure = createAzure({
    folder,
    secrets: ports.secrets,
    clock,
    log,
    providers,
    tls: ports.network,
    desktop,
    changed: () => bell.ring('account'),
  })
  const ringOn = (provider: Provider) =>
    provider.onChange((topic) => {
      if (topic === 'policies') bell.ring(topic)
    })
  for (const provider of providers.all) ringOn(provider)
  providers.onChanged((change) => {
    if ('added' in change) ringOn(change.added)
  })

  const settings = createSettings(folder, () => bell.ring('settings'))
  const pins = createPins(folder, clock)
  const machinesChanged = () => bell.ring('machines')
  const names = createMachineNames(store.machines, () => {
    for (const topic of ['grants', 'challenges', 'account'] as const) bell.ring(topic)
  })
  const sync = createSync({
    providers,
    store: store.machines,
    clock,
    log,
    changed: machinesChanged,
    seen: (machineId, { name }) => names.note(machineId, name),
  })
  // Another file, or none any more: what it lacks is read again.
  const stopStoreWatch = onOtherFile(store, () => sync.again())
  const own = openOwnMachines(folder, machinesChanged)
  const nameOf = (machineId: string) => names.of(machineId)

  const { live, releases, ...watching } = watchGrants({
    providers,
    folder,
    clock,
    log,
    desktop,
    settings: () => settings.get(),
    locale: info.locale,
    nameOf,
    changed() {
      bell.ring('grants')
      // A row of the inventory shows the technician's own grant.
      bell.ring('machines')
    },
  })
  const challengeNotice = createChallengeNotice(desktop, () => languageOf(settings.get().language, info.locale))

  const stopWakeWatch = watchForWake(clock, () => {
    for (const one of joined.list()) one.wake()
    live.wake()
  })

  const audit = createAudit({
    providers,
    store,
    secrets: ports.secrets,
    folder,
    desktop,
    clock,
    log,
    limits: () => settings.get().audit,
    nameOf,
    ring: bell.ring,
  })
  bell.listen((topic) => {
    if (topic === 'settings') audit.limitsChanged()
  })
  const recordQuietly = (event: ConsoleEvent) => {
    audit.record(event).catch((error: unknown) => log.warn({ action: event.action, err: error }, 'an event could not be recorded'))
  }
  const machines = createMachines({
    providers,
    store: store.machines,
    own,
    names,
    sync,
    pins,
    home: ports.home,
    readImport: ports.readImport,
    choices: settings,
    ownGrant: (machineId) => live.ownRow(machineId),
    record: (event) => audit.record(event),
    changed: machinesChanged,
  })
  bell.listen((topic) => {
    if (topic === 'machines') machines.changed()
  })
  const grants = createGrants({ providers, live, releases, machines: machines.forSessions, folder, clock, log })
  const policies = createPolicies({ providers, refresh: (providerId) => sync.now(providerId) })
  const account = createAccount({ secrets: ports.secrets, folder, clock, nameOf, changed: () => bell.ring('account') })
  const links = createLinks(
    clock,
    () => bell.ring('link'),
    (link) => recordQuietly({ action: 'link.refused', outcome: 'refused', detail: { link } }),
  )
  const challenges = createChallenges({
    providers,
    clock,
    log,
    readCode,
    clean: foreignText,
    machineName: nameOf,
    notify: challengeNotice.take,
    record: recordQuietly,
    changed: () => bell.ring('challenges'),
  })
  const pipes = createPipes()
  const recordings = createRecordings({
    folder,
    openFile: ports.openRecordingFile,
    secrets: ports.secrets,
    clock,
    desktop,
    log,
    settings: () => settings.get().recordings,
    record: recordQuietly,
    changed: () => bell.ring('recordings'),
  })
  const sessions = createSessions({
    ports: { ...ports, secrets: account.secrets },
    pipes,
    grants: grants.forSessions,
    machines: machines.forSessions,
    challenges: challenges.forSessions,
    recordings,
    settings: () => settings.get(),
    record: recordQuietly,
    changed: () => bell.ring('sessions'),
    log,
  })

  const files = [settings.limits, pins.limit, own.limit, account.limit, joined.limit, azure.limit, releases.limit, audit.limits]
  const limits = [...info.limits, ...files.flat()].filter((limit) => limit !== undefined)
  const dispatch = createDispatch(
    {
      'app.info': () => ({ ...info, limits }),
      async 'app.copyText'({ text }) {
        await desktop.copyText(text)
        return {}
      },
      async 'app.openWebPage'({ url }) {
        await desktop.openWebPage(url)
        return {}
      },
      'app.takeLink': () => links.take(),
      ...settings.handlers,
      ...account.handlers,
      ...createAzureCalls(azure, providers),
      ...createGatewayCalls(joined, { id: desk.id, name: desk.name, technician: desk.technician }),
      ...machines.handlers,
      ...policies,
      ...grants.handlers,
      ...challenges.handlers,
      ...sessions.handlers,
      ...recordings.handlers,
      ...audit.handlers,
    },
    log,
    clock,
  )

  async function closeAll(): Promise<void> {
    start.end()
    stopWakeWatch()
    await sessions.close()
    await recordings.close()
    pipes.close()
    watching.close()
    await audit.close()
    challenges.close()
    challengeNotice.close()
    stopStoreWatch()
    sync.close()
    bell.close()
    const written = [settings.settled(), own.settled(), grants.settled(), releases.settled()]
    await azure.close()
    await Promise.all([...written, ...providers.all.map((provider) => provider.close())])
    await store.close()
    logFile.close()
  }
  let closing: Promise<void> | undefined

  return {
    async call(name, input) {
      const reply = await dispatch(name, input)
      start.answered(name)
      return reply
    },
    async fetch(gatewayId, request) {
      const provider = providers.all.find(({ id }) => id === gatewayId)
      if (!provider?.fetch) throw new CallError({ tag: 'notFound', what: 'gateway' })
      return provider.fetch(request)
    },
    onChange: (listener) => bell.listen(listener),
    receiveFrame: (frame) => pipes.receiveFrame(frame),
    connectWindow: (send) => pipes.connectWindow(send),
    openLink: (url) => links.open(url),
    opened,
    close: () => (closing ??= closeAll()),
  }
}
