/** What the command line ends with (docs/cli.md). One code for each thing that a script would do next. */
import type { Failure } from '../../preload/contract.ts'

export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  offline: 4,
  denied: 5,
  notAllowed: 6,
  untrusted: 7,
  interrupted: 130,
} as const

export function exitCodeOf(failure: Failure): number {
  switch (failure.tag) {
    case 'invalidInput':
    case 'badFile':
      return exitCodes.usage
    case 'notFound':
      return exitCodes.notFound
    case 'offline':
    case 'badAnswer':
      return exitCodes.offline
    case 'denied':
    case 'challenge':
      return exitCodes.denied
    case 'jitOff':
    case 'unsupported':
    case 'notAllowed':
    case 'lastAdmin':
    case 'readOnly':
      return exitCodes.notAllowed
    case 'gatewayUntrusted':
    case 'notKnown':
    case 'identityChanged':
    case 'identityRefused':
    case 'unsafeServer':
      return exitCodes.untrusted
    case 'cancelled':
      return exitCodes.interrupted
    case 'conflict':
    case 'inProgress':
    case 'grantEnded':
    case 'gateFailed':
    case 'invitationRefused':
    case 'unreachable':
    case 'signInRefused':
    case 'keyUnusable':
    case 'clientMissing':
    case 'clientFailed':
    case 'keychain':
    case 'file':
    case 'diskFull':
    case 'internal':
      return exitCodes.failed
  }
}
