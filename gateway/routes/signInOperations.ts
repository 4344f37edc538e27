/** Machines' agents and sign-ins, as operations.ts has all others. */
import type { Operation } from './operation.ts'
import * as examples from './signInExamples.ts'

export const signInOperations: Readonly<Record<string, Operation>> = {
  'POST /v1/machines/{id}/enrolment': {
    tag: 'machines',
    summary: "Make a one-time code for a machine's agent",
    problems: ['notFound', 'unsupported'],
    answer: examples.enrolment,
  },
  'DELETE /v1/machines/{id}/agent': {
    tag: 'machines',
    summary: "Take no requests of a machine's agent any more",
    problems: ['notFound'],
    answer: {},
  },
  'GET /v1/machines/{id}/sign-ins': {
    tag: 'sign-ins',
    summary: 'Sign-ins that a machine asked for, newest first',
    problems: ['notFound'],
    answer: { signIns: [examples.signIn] },
  },
  'POST /v1/challenges/lookup': {
    tag: 'sign-ins',
    summary: 'Look up a sign-in challenge by its code',
    problems: ['notFound'],
    request: { challengeId: examples.challengeId },
    answer: examples.challenge,
  },
  'GET /v1/challenges/{id}': {
    tag: 'sign-ins',
    summary: 'One sign-in challenge',
    problems: ['notFound'],
    answer: examples.challenge,
  },
  'POST /v1/challenges/{id}/decision': {
    tag: 'sign-ins',
    summary: 'Approve, deny or report a sign-in, signed by the device key',
    problems: ['notFound', 'challengeOver', 'challengeChanged', 'wrongNumber', 'noSession', 'ownRequest', 'jitOff', 'unsupported'],
    request: { signature: 'eyJhbGciOiJFZERTQSJ9.e30.c2lnbmF0dXJl' },
    answer: {
      ...examples.challenge,
      state: 'approved',
      remainingMs: 0,
      decidedBy: 'Ana Example',
      decidedAt: examples.challenge.display.createdAt,
    },
  },
  'POST /v1/agent/enrol': {
    tag: 'agents',
    summary: 'Become the agent of the machine that a code names',
    problems: ['unsupported'],
    request: { secret: 'AAECAwQFBgcICQoLDA0ODw', report: examples.agentReport },
    answer: examples.enrolled,
  },
  'GET /v1/agent/me': {
    tag: 'agents',
    summary: 'Which machine the agent speaks for',
    problems: ['unsupported'],
    answer: examples.enrolled,
  },
  'PUT /v1/agent/report': {
    tag: 'agents',
    summary: 'Report the machine, and learn what to do',
    request: examples.agentReport,
    answer: examples.agentOrders,
  },
  'POST /v1/agent/challenges': {
    tag: 'agents',
    summary: 'Ask for a sign-in',
    problems: ['jitOff', 'unsupported'],
    request: examples.createChallenge,
    answer: examples.createdChallenge,
  },
  'GET /v1/agent/challenges/{id}': {
    tag: 'agents',
    summary: 'Whether a sign-in was approved',
    problems: ['notFound'],
    answer: examples.agentChallenge,
  },
  'POST /v1/agent/challenges/{id}/events': {
    tag: 'agents',
    summary: 'Say what came of a sign-in',
    problems: ['notFound', 'challengeOver'],
    request: { event: 'started' },
    answer: { ...examples.agentChallenge, state: 'started' },
  },
}
