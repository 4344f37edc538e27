/** The words for every failure: what happened, why, and what to do next. One exhaustive switch; the words are in words/…/failures.json. */
import type { TFunction } from 'i18next'
import type { AppInfo, AzureCloud, Failure } from '../../preload/contract.ts'
import { isAzure } from '../azure/isAzure.ts'
import { isolate } from './foreign.tsx'

export interface FailureText {
  title: string
  advice: string
  /** The one next action, where a button can do it. */
  action?: FailureAction
  /** What a program or machine reported: foreign text, shown as it is. */
  lines?: string[]
}

export type FailureAction =
  | { kind: 'tryAgain' | 'turnOnJit' | 'requestAgain' | 'openSettings' | 'openActivity' | 'checkKeychain' }
  | { kind: 'showMachine'; machineId: string }
  | { kind: 'copy'; text: string; what: 'command' | 'incident' }

export type FailureWords = TFunction<['failures', 'machines']>
type Platform = AppInfo['platform']

/** A word for a key that main chose, or the table's word for "other" when this window does not know the key. */
function wordFor(table: { readonly [key: string]: string; readonly other: string }, key: string): string {
  return (Object.hasOwn(table, key) ? table[key] : undefined) ?? table.other
}

const tryAgain: FailureAction = { kind: 'tryAgain' }

/** `t` speaks the namespaces failures and machines. Foreign parts of a failure are isolated. */
export function failureText(failure: Failure, t: FailureWords, platform: Platform): FailureText {
  const nameOf = (provider: string): string => (isOfAzure(provider) ? t('azure.name') : isolate(provider))
  switch (failure.tag) {
    case 'invalidInput': {
      const fields = t('invalidInput.fields', { returnObjects: true })
      const problems = t('invalidInput.problems', { returnObjects: true })
      const field = wordFor(fields, fieldName(failure.field, fields))
      return {
        title: t('invalidInput.title'),
        advice: t('invalidInput.advice', { field, problem: wordFor(problems, lastPart(failure.problem)) }),
      }
    }
    case 'notFound':
      return { title: t(`notFound.${failure.what}.title`), advice: t(`notFound.${failure.what}.advice`) }
    case 'conflict':
      return { title: t(`conflict.${failure.what}.title`), advice: t(`conflict.${failure.what}.advice`) }
    case 'inProgress':
      return { title: t('inProgress.title'), advice: t('inProgress.advice') }
    case 'jitOff':
      return { title: t('jitOff.title'), advice: t('jitOff.advice'), action: { kind: 'turnOnJit' } }
    case 'unsupported': {
      const reason = wordFor(t('machines:unsupported', { returnObjects: true }), failure.reason)
      return {
        title: t('unsupported.title'),
        advice: t('unsupported.advice', { reason }),
        action: { kind: 'showMachine', machineId: failure.machineId },
      }
    }
    case 'notAllowed':
      if (failure.part === 'permission' && failure.allowed === '')
        return { title: t('notAllowed.permission.title'), advice: t('notAllowed.permission.adviceUnknown') }
      return {
        title: t(`notAllowed.${failure.part}.title`),
        advice: t(`notAllowed.${failure.part}.advice`, { allowed: isolate(failure.allowed) }),
      }
    case 'denied': {
      const by = failure.by === undefined ? t('denied.somebody') : isolate(failure.by)
      return {
        title: t(`denied.${failure.why}.title`),
        advice: t(`denied.${failure.why}.advice`, { by }),
        action: { kind: 'requestAgain' },
        ...(failure.reason !== '' && { lines: linesOf(failure.reason) }),
      }
    }
    case 'challenge':
      return {
        title: t(`challenge.${failure.why}.title`),
        advice: t(`challenge.${failure.why}.advice`, { by: failure.by === undefined ? t('challenge.somebody') : isolate(failure.by) }),
        action: tryAgain,
      }
    case 'grantEnded': {
      const reason = wordFor(t('closeReasons', { returnObjects: true }), failure.reason)
      return { title: t('grantEnded.title'), advice: t('grantEnded.advice', { reason }), action: { kind: 'requestAgain' } }
    }
    case 'gateFailed':
      return { title: t('gateFailed.title'), advice: t('gateFailed.advice'), action: tryAgain, lines: linesOf(failure.detail) }
    case 'offline':
      return {
        title: t(isOfAzure(failure.provider) ? 'azure.offline' : 'offline.title'),
        advice: t(failure.why === undefined ? 'offline.advice' : `offline.why.${failure.why}`, { provider: nameOf(failure.provider) }),
        action: tryAgain,
      }
    case 'badAnswer':
      return {
        title: t(isOfAzure(failure.provider) ? 'azure.badAnswer' : 'badAnswer.title'),
        advice: t('badAnswer.advice', { provider: nameOf(failure.provider) }),
        action: tryAgain,
      }
    case 'gatewayUntrusted':
      return {
        title: t(`gatewayUntrusted.${failure.problem}.title`, { provider: isolate(failure.provider) }),
        advice: t(`gatewayUntrusted.${failure.problem}.advice`),
      }
    case 'readOnly':
      return {
        title: t(`readOnly.${failure.why}.title`, { provider: isolate(failure.provider) }),
        advice: t(`readOnly.${failure.why}.advice`),
      }
    case 'notKnown':
      if (isAzure(failure.provider))
        return { title: t('azure.notKnown.title'), advice: t('azure.notKnown.advice'), action: { kind: 'openSettings' } }
      if (isOfAzure(failure.provider)) return { title: t('azure.signIn.title'), advice: t('azure.signIn.advice'), action: tryAgain }
      return { title: t('notKnown.title', { provider: isolate(failure.provider) }), advice: t('notKnown.advice') }
    case 'invitationRefused':
      return { title: t('invitationRefused.title'), advice: t('invitationRefused.advice') }
    case 'lastAdmin':
      return { title: t('lastAdmin.title'), advice: t('lastAdmin.advice') }
    case 'unreachable': {
      const where = { address: isolate(failure.address), port: failure.port }
      if (failure.doubt)
        return {
          title: t(`unreachable.doubt.${failure.doubt}.title`, where),
          advice: t(`unreachable.doubt.${failure.doubt}.advice`, where),
          action: { kind: 'requestAgain' },
        }
      return {
        title: t(`unreachable.${failure.cause}.title`, where),
        advice: t(`unreachable.${failure.cause}.advice`, where),
        action: tryAgain,
      }
    }
    case 'identityChanged':
      return {
        title: t(`identityChanged.${failure.kind}.title`),
        advice: t(`identityChanged.${failure.kind}.advice`),
        action: { kind: 'showMachine', machineId: failure.machineId },
        lines: [`${t('identityChanged.expected')}: ${failure.expected}`, `${t('identityChanged.shown')}: ${failure.shown}`],
      }
    case 'identityRefused':
      return { title: t('identityRefused.title'), advice: t('identityRefused.advice'), action: tryAgain }
    case 'unsafeServer':
      return { title: t('unsafeServer.title'), advice: t('unsafeServer.advice'), lines: linesOf(failure.detail) }
    case 'signInRefused': {
      const user = isolate(failure.user)
      // Not ways to sign in, but what stood in the way.
      const hurdle = (['passwordExpired', 'shell'] as const).find((one) => failure.tried.includes(one))
      if (hurdle) return { title: t('signInRefused.title'), advice: t(`signInRefused.${hurdle}`), action: tryAgain }
      const methods: Record<string, string> = t('methods', { returnObjects: true })
      const tried = failure.tried.map((method) => (Object.hasOwn(methods, method) ? methods[method] : isolate(method))).join(', ')
      const advice = tried === '' ? t('signInRefused.adviceNothing', { user }) : t('signInRefused.advice', { user, tried })
      return { title: t('signInRefused.title'), advice, action: tryAgain }
    }
    case 'keyUnusable':
      return {
        title: t(`keyUnusable.${failure.problem}.title`),
        advice: t(`keyUnusable.${failure.problem}.advice`),
        action: failure.problem === 'wrongPassphrase' ? tryAgain : { kind: 'openSettings' },
      }
    case 'clientMissing':
      return {
        title: t('clientMissing.title', { client: isolate(failure.client) }),
        advice: failure.command === undefined ? t('clientMissing.advice') : t('clientMissing.adviceCommand'),
        ...(failure.command === undefined
          ? { action: tryAgain }
          : { action: { kind: 'copy', text: failure.command, what: 'command' }, lines: [failure.command] }),
      }
    case 'clientFailed': {
      const code = failure.exitCode === null ? '' : ` (${t('clientFailed.exitCode', { code: failure.exitCode })})`
      return {
        title: t('clientFailed.title', { client: isolate(failure.client) }) + code,
        advice: t('clientFailed.advice'),
        action: tryAgain,
        lines: failure.lines,
      }
    }
    case 'keychain':
      return {
        title: t(`keychain.${failure.state}.title`),
        advice: `${t(`keychain.${failure.state}.${platform}`)} ${t('keychain.nothingElsewhere')}`,
        action: { kind: 'checkKeychain' },
      }
    case 'file':
      return {
        title: t(`file.${failure.problem}.title`),
        advice: t(`file.${failure.problem}.advice`, { path: isolate(failure.path) }),
        action: tryAgain,
      }
    case 'badFile': {
      const problem = wordFor(t('fileProblems', { returnObjects: true }), failure.problem)
      return { title: t('badFile.title', { line: failure.line }), advice: t('badFile.advice', { problem }) }
    }
    case 'diskFull':
      return { title: t('diskFull.title'), advice: t('diskFull.advice'), action: tryAgain }
    case 'cancelled':
      return { title: t('cancelled.title'), advice: t('cancelled.advice'), action: tryAgain }
    case 'internal':
      return {
        title: t('internal.title'),
        advice: t('internal.advice', { incident: failure.incident }),
        action: { kind: 'copy', text: failure.incident, what: 'incident' },
      }
  }
}

/** The known field that a path such as "rules.0.sources.1" ends in. */
function fieldName(path: string, known: Record<string, string>): string {
  const parts = path.split('.').filter((part) => !/^\d+$/.test(part))
  return parts.findLast((part) => Object.hasOwn(known, part)) ?? 'other'
}

/** A problem may carry its topic: "user.backslash". */
const lastPart = (key: string): string => key.slice(key.lastIndexOf('.') + 1)

/** A tenant, or a cloud while a person is about to sign in there. */
const isOfAzure = (provider: string): boolean => isAzure(provider) || clouds.has(provider)
const clouds: ReadonlySet<string> = new Set(['public', 'usGovernment', 'china'] satisfies AzureCloud[])

const linesOf = (detail: string): string[] => (detail.trim() === '' ? [] : detail.split('\n').slice(-8))
