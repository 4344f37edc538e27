/** The words of the command line for every failure: what happened, and what to do next. English, one line each; scripts go by the exit code. */
import type { Failure, FailureOf } from '../../preload/contract.ts'

export function wordsOf(failure: Failure): string {
  switch (failure.tag) {
    case 'invalidInput':
      return failure.field === ''
        ? `What was given does not fit (${failure.problem}).`
        : `${failure.field} does not fit: ${failure.problem}.`
    case 'notFound':
      return notFoundWords[failure.what]
    case 'conflict':
      return conflictWords[failure.what]
    case 'inProgress':
      return 'The same request is being worked on. Wait for it.'
    case 'jitOff':
      return 'Just-in-time access is off for this machine. Turn it on with: gatehouse policy set'
    case 'unsupported':
      return `Just-in-time access cannot be had on this machine: ${failure.reason}.`
    case 'notAllowed':
      return notAllowedWords(failure.part, failure.allowed)
    case 'denied':
      return deniedWords(failure)
    case 'challenge':
      return challengeWords[failure.why]
    case 'grantEnded':
      return `The access is over (${failure.reason}). Request it again.`
    case 'gateFailed':
      return `The gate could not be opened. Try again.${detail(failure.detail)}`
    case 'offline':
      return `The gateway ${failure.provider} cannot be reached${failure.why === undefined ? '' : `: ${offlineWords[failure.why]}`}. Check the network, then try again.`
    case 'badAnswer':
      return `The gateway ${failure.provider} answered with something that it must not answer. Nothing of it was used.`
    case 'gatewayUntrusted':
      return `STOP: the gateway ${failure.provider} ${untrustedWords[failure.problem]}. Nothing was sent. Ask its operator.`
    case 'readOnly':
      return `The gateway ${failure.provider} is ${failure.why === 'gatewayNewer' ? 'newer' : 'older'} than this console and can only be read. Update ${failure.why === 'gatewayNewer' ? 'this console' : 'the gateway'}.`
    case 'notKnown':
      return `The gateway ${failure.provider} does not take this console any more. Ask its operator for an invitation.`
    case 'invitationRefused':
      return 'The invitation was used already, withdrawn, or is too old. Ask for another one.'
    case 'lastAdmin':
      return 'Nobody would be left who may administer this gateway. Nothing was changed.'
    case 'unreachable':
      return `The port is open, but ${failure.address}:${failure.port} does not answer (${failure.cause}).`
    case 'identityChanged':
      return `STOP: the machine shows another identity than before. Expected ${failure.expected}, shown ${failure.shown}. Ask whoever runs it.`
    case 'identityRefused':
      return 'The identity of the machine was not accepted. Nothing was sent.'
    case 'unsafeServer':
      return `The machine offers only what is not safe any more.${detail(failure.detail)}`
    case 'signInRefused':
      return `The machine refused ${failure.user === '' ? 'the sign-in' : `to sign in ${failure.user}`}.`
    case 'keyUnusable':
      return `A key file cannot be used: ${keyWords[failure.problem]}.`
    case 'clientMissing':
      return `${failure.client} is not installed.${failure.command === undefined ? '' : ` Install it with: ${failure.command}`}`
    case 'clientFailed':
      return `${failure.client} ended at once${failure.exitCode === null ? '' : ` with ${failure.exitCode}`}.${detail(failure.lines.join(' / '))}`
    case 'keychain':
      return `${keychainWords[failure.state]} Nothing was kept elsewhere instead.`
    case 'file':
      return `${failure.path}: ${fileWords[failure.problem]}.`
    case 'badFile':
      return `Line ${failure.line} has a fault: ${failure.problem}. Nothing of the file was taken.`
    case 'diskFull':
      return 'The disk is full. No port was touched.'
    case 'cancelled':
      return 'Stopped.'
    case 'internal':
      return `A fault of Gatehouse. It is in the log under ${failure.incident}.`
  }
}

type Of<Tag extends Failure['tag']> = Extract<Failure, { tag: Tag }>

const notFoundWords: Record<Of<'notFound'>['what'], string> = {
  machine: 'There is no such machine.',
  grant: 'There is no such grant.',
  session: 'There is no such session.',
  attempt: 'There is no such connect.',
  prompt: 'That is not asked any more.',
  call: 'There is no such call. Console and command line are of different versions.',
  gateway: 'This console is with no such gateway.',
  person: 'There is no such person.',
  challenge: 'This console has not read such a challenge, or it was long ago.',
  event: 'There is no such event here.',
  export: 'There is no such export.',
}

const conflictWords: Record<Of<'conflict'>['what'], string> = {
  request: 'The same key was used for another request.',
  machine: 'A machine with this name and address is there already.',
  gateway: 'This console is with that gateway already.',
  person: 'There is a person of this name already.',
  policy: 'Somebody else changed the policy meanwhile. Look at it, and change it again.',
  decision: 'Somebody else decided on it meanwhile.',
  log: 'The log is another one by now.',
}

function notAllowedWords(part: Of<'notAllowed'>['part'], allowed: string): string {
  const what: Record<typeof part, string> = {
    port: 'Policy does not allow this port.',
    duration: 'Policy does not allow a window this long.',
    source: 'Policy does not allow this source.',
    permission: 'This is not permitted to you.',
    ownRequest: 'Nobody decides on a request of their own.',
  }
  return allowed === '' ? what[part] : `${what[part]} Allowed: ${allowed}.`
}

function deniedWords({ why, by, reason }: Of<'denied'>): string {
  switch (why) {
    case 'denied':
      return `Denied${by === undefined ? '' : ` by ${by}`}${reason === '' ? '.' : `: ${reason}`}`
    case 'lapsed':
      return 'Nobody approved it in time. Request it again.'
    case 'policyChanged':
      return 'The policy was changed while it waited. Request it again.'
  }
}

const offlineWords: Record<NonNullable<Of<'offline'>['why']>, string> = {
  unknownName: 'no name server knows its name',
  refused: 'nothing takes connections there',
  timeout: 'it did not answer in time',
  reset: 'the connection broke off',
  loopback: 'its name leads to this computer, which it must not',
  notTls: 'what answers there does not speak TLS',
  captivePortal: 'this network wants a sign-in first',
  proxy: 'the proxy does not let through',
  proxySignIn: 'the proxy wants a sign-in, which Gatehouse does not give it',
  proxySetting: 'the proxy setting of this computer cannot be used',
  busy: 'it asked to be left alone for a while',
}

const untrustedWords: Record<Of<'gatewayUntrusted'>['problem'], string> = {
  otherKey: 'shows another key than its own',
  unknownAuthority: 'has a certificate of an authority that this computer does not trust',
  expired: 'has a certificate that has run out',
  notYetValid: 'has a certificate that is not valid yet',
  otherName: 'has a certificate for another name',
}

const keyWords: Record<Of<'keyUnusable'>['problem'], string> = {
  unreadable: 'it cannot be read',
  wrongPassphrase: 'the passphrase is wrong',
  unsupported: 'it is of an unknown kind',
}

const keychainWords: Record<Of<'keychain'>['state'], string> = {
  locked: 'The keychain is locked. Unlock it, then try again.',
  missing: 'There is no keychain on this computer.',
  timeout: 'The keychain did not answer.',
  crashed: 'The keychain ended while it was asked.',
  changed: 'The keychain is another one than before.',
  rejected: 'The keychain refused.',
}

const fileWords: Record<Of<'file'>['problem'], string> = {
  missing: 'there is no such file',
  denied: 'it may not be read or written',
  tooLarge: 'it is too large',
  notText: 'it is no text',
  full: 'the disk is full',
  other: 'it cannot be used',
}

const detail = (text: string): string => (text.trim() === '' ? '' : ` (${text.trim()})`)

const challengeWords: Record<FailureOf<'challenge'>['why'], string> = {
  denied: 'The sign-in was denied.',
  expired: 'Nobody approved the sign-in in time. Connect again for a new challenge.',
  burned: 'The sign-in was refused after three wrong numbers. Connect again for a new challenge.',
  cancelled: 'The sign-in was cancelled at the machine.',
  failed: 'The machine let nobody in. Look at its agent’s log.',
  over: 'The challenge is over. Connect again for a new one.',
  changed: 'The challenge is not what was displayed any more. Look at it again.',
  wrongNumber: 'The machine shows another number.',
  noSession: 'There is no open access to this machine, and its policy wants one.',
  fourEyes: 'Its policy wants somebody else to approve it.',
  tooMany: 'Too many challenges were read or approved in the last minutes. Wait a while.',
  notAllowed: 'You may not approve sign-ins at this machine.',
  jitOff: 'Sign-ins by approval are off for this machine.',
}
