/** What the gateway refuses, as RFC 9457 problem documents. */
import type { Problem } from './api.ts'

type Code = Problem['code']

const statusOf: Record<Code, number> = {
  invalidInput: 400,
  unknownCaller: 401,
  notPermitted: 403,
  notFound: 404,
  lastAdmin: 409,
  tooMany: 429,
  keyReused: 422,
  inProgress: 409,
  exists: 409,
  jitOff: 409,
  unsupported: 422,
  portNotAllowed: 403,
  durationNotAllowed: 403,
  sourceNotAllowed: 403,
  grantEnded: 409,
  ownRequest: 403,
  decided: 409,
  policyChanged: 412,
  challengeOver: 409,
  challengeChanged: 412,
  wrongNumber: 403,
  noSession: 403,
  gateFailed: 502,
  diskFull: 507,
  otherApi: 426,
  busy: 503,
  internal: 500,
}

/** For logs and curl; the console has words of its own for each code. */
const titleOf: Record<Code, string> = {
  invalidInput: 'The request does not fit the contract.',
  unknownCaller: 'Not without a proof that this gateway takes.',
  notPermitted: 'This is not permitted to you.',
  notFound: 'There is no such thing here.',
  lastAdmin: 'Nobody would be left who may administer this gateway.',
  tooMany: 'Too many requests.',
  keyReused: 'This idempotency key was used for another request.',
  inProgress: 'The same request is being worked on.',
  exists: 'A machine with this name and address is there already.',
  jitOff: 'Just-in-time access is not on for this machine.',
  unsupported: 'This machine cannot have just-in-time access.',
  portNotAllowed: 'Policy does not allow this port.',
  durationNotAllowed: 'Policy does not allow a window this long.',
  sourceNotAllowed: 'This source is not allowed.',
  grantEnded: 'The grant is over.',
  ownRequest: 'Nobody decides on a request of their own.',
  decided: 'The request was decided already.',
  policyChanged: 'Somebody else changed the policy meanwhile.',
  challengeOver: 'The challenge is over.',
  challengeChanged: 'The challenge is not what was displayed any more.',
  wrongNumber: 'The machine shows another number.',
  noSession: 'There is no open access to this machine, and policy wants one.',
  gateFailed: 'The gate could not be opened.',
  diskFull: 'The disk is full. The gate was not touched.',
  otherApi: 'This gateway speaks another version of the API; it can only be read.',
  busy: 'The gateway cannot serve this now.',
  internal: 'A fault of the gateway.',
}

export type ProblemFacts = Pick<Problem, 'field' | 'allowed' | 'reason' | 'by' | 'triesLeft'>

/** An expected refusal; whatever else is thrown is a fault of ours. */
export class GatewayProblem extends Error {
  readonly problem: Problem
  constructor(code: Code, facts: ProblemFacts = {}, options?: { cause?: unknown; status?: number }) {
    super(titleOf[code], options)
    this.name = 'GatewayProblem'
    this.problem = { title: titleOf[code], status: options?.status ?? statusOf[code], code, ...facts }
  }
}

/** The answer that carries a problem. */
export function toResponse(problem: Problem): Response {
  const headers: Record<string, string> = { 'content-type': 'application/problem+json', 'cache-control': 'no-store' }
  if (problem.code === 'busy' || problem.code === 'inProgress') headers['retry-after'] = '1'
  return new Response(JSON.stringify(problem), { status: problem.status, headers })
}
