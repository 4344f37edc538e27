/**
 * What the API's document says of each operation beside its schemas: one line, the refusals that are its own, and an example. A test holds it
 * against the routes: an operation that is missing here, or an example that its schema does not take, is found.
 */
import type { Problem } from '../api.ts'
import * as examples from './examples.ts'
import type { Operation } from './operation.ts'
import { signInOperations } from './signInOperations.ts'

const asking: Problem['code'][] = ['jitOff', 'unsupported', 'portNotAllowed', 'durationNotAllowed', 'sourceNotAllowed', 'gateFailed']

/** By method and path, as the document has them. */
export const operations: Readonly<Record<string, Operation>> = {
  'GET /v1/openapi.json': { tag: 'gateway', summary: 'This document' },
  'GET /v1/events': { tag: 'gateway', summary: 'What changed, as server-sent events' },
  'GET /healthz': { tag: 'gateway', summary: 'Whether the gateway answers; for everybody, without a proof', answer: { status: 'ok' } },
  'GET /v1/me': { tag: 'gateway', summary: 'Who the caller is', problems: ['unsupported'], answer: examples.me },
  'POST /v1/me/key': {
    tag: 'gateway',
    summary: 'Replace the key of this console',
    problems: ['unsupported', 'exists'],
    request: examples.newKey,
    answer: {},
  },
  'POST /v1/people/join': {
    tag: 'people',
    summary: 'Become the person that an invitation names',
    request: examples.join,
    answer: examples.me,
  },

  'GET /v1/machines': {
    tag: 'machines',
    summary: 'Machines that changed since a cursor',
    problems: ['notFound'],
    answer: examples.machinePage,
  },
  'POST /v1/machines': {
    tag: 'machines',
    summary: 'Add machines, all or none',
    request: examples.addMachines,
    answer: examples.machinesAdded,
  },
  'POST /v1/machines/remove': { tag: 'machines', summary: 'Remove machines', request: { ids: ['m-1'] }, answer: { removed: 1 } },
  'GET /v1/machines/{id}': { tag: 'machines', summary: 'One machine', problems: ['notFound'], answer: examples.machine },
  'PUT /v1/machines/{id}': {
    tag: 'machines',
    summary: 'Change a machine',
    problems: ['notFound', 'exists'],
    request: examples.machineInput,
    answer: examples.machine,
  },
  ...signInOperations,

  'GET /v1/source': {
    tag: 'access',
    summary: 'The address that the gateway sees',
    answer: { myAddress: '192.0.2.7', servesOtherSources: true },
  },
  'GET /v1/grants': {
    tag: 'access',
    summary: 'Grants that are not over, and those that ended lately',
    answer: { grants: [examples.grant] },
  },
  'POST /v1/grants': {
    tag: 'access',
    summary: 'Ask for access',
    problems: ['notFound', 'keyReused', 'inProgress', ...asking],
    request: examples.grantRequest,
    answer: examples.grant,
  },
  'GET /v1/grants/{id}': { tag: 'access', summary: 'One grant', problems: ['notFound'], answer: examples.grant },
  'POST /v1/grants/{id}/release': {
    tag: 'access',
    summary: 'Give access back',
    problems: ['notFound'],
    request: { why: 'released' },
    answer: examples.closedGrant,
  },
  'POST /v1/grants/{id}/extend': {
    tag: 'access',
    summary: 'Have access longer',
    problems: ['notFound', 'grantEnded', 'durationNotAllowed', 'gateFailed'],
    request: { by: 'PT30M' },
    answer: examples.grant,
  },
  'POST /v1/grants/{id}/decision': {
    tag: 'access',
    summary: "Approve or deny somebody else's request",
    problems: ['notFound', 'ownRequest', 'decided', 'grantEnded', 'gateFailed'],
    request: { decision: 'approve', reason: 'seen with Ana' },
    answer: examples.grant,
  },

  'GET /v1/policies': { tag: 'policy', summary: 'The company and its sites', answer: examples.policyTree },
  'PUT /v1/policies': {
    tag: 'policy',
    summary: "Machines' own rules, or those of their sites again",
    problems: ['notFound'],
    request: { machineIds: ['m-1'], rules: 'defaults' },
    answer: { changed: 1 },
  },
  'PATCH /v1/policies': {
    tag: 'policy',
    summary: 'Change some settings of levels, all or none',
    problems: ['notFound', 'policyChanged'],
    request: examples.changePolicies,
    answer: examples.policyImpact,
  },
  'POST /v1/policies/preview': {
    tag: 'policy',
    summary: 'What a change would do',
    problems: ['notFound'],
    request: examples.previewPolicies,
    answer: examples.policyImpact,
  },
  'GET /v1/policies/{level}': {
    tag: 'policy',
    summary: 'What a level sets, and what holds there',
    problems: ['notFound'],
    answer: examples.policyDetail,
  },
  'PUT /v1/policies/{level}': {
    tag: 'policy',
    summary: 'All settings of one level',
    problems: ['notFound', 'policyChanged'],
    request: examples.putPolicy,
    answer: examples.policyImpact,
  },
  'POST /v1/logos': {
    tag: 'policy',
    summary: 'Keep a picture for a sign-in screen',
    request: { data: 'iVBORw0KGgo=' },
    answer: { id: examples.logoId },
  },
  'GET /v1/logos/{id}': {
    tag: 'policy',
    summary: 'A picture for a sign-in screen',
    problems: ['notFound'],
    answer: { mediaType: 'image/png', data: 'iVBORw0KGgo=' },
  },

  'GET /v1/people': { tag: 'people', summary: 'Everyone, and invitations that nobody used yet', answer: examples.people },
  'PUT /v1/people/{id}': {
    tag: 'people',
    summary: 'Change the roles of a person, disable or enable them',
    problems: ['notFound', 'lastAdmin'],
    request: { roles: ['requester', 'approver'] },
    answer: examples.person,
  },
  'DELETE /v1/people/{id}/keys/{thumbprint}': {
    tag: 'people',
    summary: 'Take no requests of a console any more',
    problems: ['notFound', 'lastAdmin'],
    answer: {},
  },
  'POST /v1/people/{id}/invitations': {
    tag: 'people',
    summary: 'Invite one more console of a person',
    problems: ['notFound', 'unsupported'],
    answer: examples.invited,
  },
  'POST /v1/invitations': {
    tag: 'people',
    summary: 'Invite a person',
    problems: ['exists', 'unsupported'],
    request: { name: 'Ana Example', roles: ['requester'] },
    answer: examples.invited,
  },
  'DELETE /v1/invitations/{id}': { tag: 'people', summary: 'Withdraw an invitation', problems: ['notFound'], answer: {} },

  'GET /v1/audit': { tag: 'log', summary: 'What happened, newest first', answer: { events: [examples.event], next: 41 } },
  'POST /v1/audit': { tag: 'log', summary: 'Record what a console did itself', request: examples.consoleEvent, answer: examples.recorded },
  'GET /v1/log/checkpoint': { tag: 'log', summary: 'What the log holds now, signed', answer: examples.checkpoint },
  'GET /v1/log/entries': { tag: 'log', summary: 'Events in order', answer: { from: 41, entries: [examples.event] } },
  'GET /v1/log/proof/inclusion': {
    tag: 'log',
    summary: 'That an event is in the log',
    problems: ['notFound'],
    answer: { index: 41, size: 42, leaf: examples.hash, proof: [examples.hash] },
  },
  'GET /v1/log/proof/consistency': {
    tag: 'log',
    summary: 'That the log only grew',
    problems: ['notFound'],
    answer: { from: 41, to: 42, proof: [examples.hash] },
  },
  'GET /v1/log/bundle': { tag: 'log', summary: 'The whole log with what proves it, for gatehouse verify' },
}
