import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { apiDocument } from '../../build/setup/apiDocument.mjs'
import { createProgram } from '../../main/cli/commandLine.ts'
import { operations as commands } from '../../main/cli/operations.ts'
import { permissions } from '../../gateway/people/permit.ts'
import { agentPaths } from '../../gateway/contract/proof.ts'
import { fakeTerminal } from '../fakes/fakeTerminal.ts'
import { openCliWorld } from '../main/cli/cliWorld.ts'

const published = readFileSync(path.join(import.meta.dirname, '../../docs/openapi.json'), 'utf8')
const Media = z.looseObject({
  schema: z.record(z.string(), z.unknown()),
  example: z.unknown().optional(),
  examples: z.record(z.string(), z.object({ value: z.unknown() })).optional(),
})
const Body = z.looseObject({ description: z.string().optional(), content: z.record(z.string(), Media).optional() })
const Document = z.object({
  openapi: z.literal('3.1.0'),
  components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.looseObject({
        operationId: z.string(),
        summary: z.string().min(3),
        tags: z.array(z.string()).length(1),
        parameters: z.array(z.looseObject({ name: z.string(), in: z.string() })).optional(),
        requestBody: Body.optional(),
        responses: z.record(z.string().regex(/^[2-5]\d\d$/), Body),
      }),
    ),
  ),
})
const document = Document.parse(JSON.parse(published))
const all = Object.entries(document.paths).flatMap(([where, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    key: `${method.toUpperCase()} ${where}`,
    method: method.toUpperCase(),
    where,
    ...operation,
  })),
)

/** The document's own schema for a part, with the named ones within reach. */
function schemaOf(schema: Record<string, unknown>) {
  const text = JSON.stringify({ ...schema, $defs: document.components.schemas }).replaceAll('#/components/schemas/', '#/$defs/')
  return z.fromJSONSchema(z.record(z.string(), z.json()).parse(JSON.parse(text)))
}

test('GTW-4: docs/openapi.json is what a gateway serves; `npm run openapi` writes it', async () => {
  expect(JSON.parse(await apiDocument())).toEqual(JSON.parse(published))
})

test('every route that is permitted to anybody is in the document, and nothing else but what stands before the API', () => {
  const inDocument = all.map(({ key }) => key.replaceAll(/\{(\w+)\}/g, ':$1')).sort()
  expect(inDocument).toEqual([...Object.keys(permissions), 'GET /healthz', 'POST /v1/people/join', 'POST /v1/agent/enrol'].sort())
})

test('operations have names of their own', () => {
  const names = all.map(({ operationId }) => operationId)
  expect(new Set(names).size).toBe(names.length)
})

describe.each(all)('$key', ({ key, requestBody, responses }) => {
  test('has a summary, its refusals by code, and examples that its schemas take', () => {
    const bodies = [...(requestBody ? [requestBody] : []), ...Object.values(responses)]
    for (const media of bodies.flatMap(({ content }) => Object.entries(content ?? {}))) {
      const [type, { schema, example, examples }] = media
      if (type === 'application/json' && key !== 'GET /v1/openapi.json') expect(schemaOf(schema).safeParse(example).error).toBeUndefined()
      for (const [code, { value }] of Object.entries(examples ?? {})) expect(value).toMatchObject({ code })
    }
    const refusals = Object.entries(responses).filter(([status]) => status >= '400')
    if (key !== 'GET /healthz') expect(refusals.map(([status]) => status)).toEqual(expect.arrayContaining(['401', '403', '500', '503']))
    for (const [, { content }] of refusals) expect(Object.keys(content?.['application/problem+json']?.examples ?? {})).not.toEqual([])
  })
})

describe('the command line', () => {
  test('GTW-4: every operation has a command, and each of these commands is there', () => {
    expect(Object.keys(commands).sort()).toEqual(all.map(({ key }) => key).sort())
    const context = {
      terminal: fakeTerminal(),
      door: () => Promise.reject(new Error()),
      endWith: () => undefined,
      files: { read: () => Promise.reject(new Error()), readBytes: () => Promise.reject(new Error('no file')) },
    }
    const program = createProgram({ terminal: fakeTerminal(), version: '0', openRunning: () => Promise.resolve(undefined) }, context)
    for (const name of new Set(Object.values(commands))) {
      let at = program
      for (const word of name.split(' ')) {
        const next = at.commands.find((one) => one.name() === word)
        if (!next) throw new Error(`there is no command "${name}"`)
        at = next
      }
      expect(at.commands).toEqual([])
    }
  })

  test('GTW-4: `api` reaches every operation of a gateway, as this person', async () => {
    const { gatehouse } = await openCliWorld()
    // What only a gateway on the network has, and the stream without an end.
    const elsewhere = ['GET /healthz', 'POST /v1/people/join', 'GET /v1/events']
    const isTheirs = ({ key, where }: { key: string; where: string }) => !elsewhere.includes(key) && !where.startsWith(agentPaths)
    for (const { key, method, where } of all.filter(isTheirs)) {
      const { out } = await gatehouse(
        'api',
        method,
        where.replaceAll(/\{(\w+)\}/g, 'none'),
        ...(method === 'GET' ? [] : ['--data', '{"no":"such field"}']),
      )
      const answer = out.join('')
      const code = answer.startsWith('{"title"') ? z.object({ code: z.string() }).parse(JSON.parse(answer)).code : 'answered'
      // A route that is not there would be `notFound` without anything that could be not found, whatever is sent to it.
      if (!where.includes('{')) expect({ key, code }).not.toEqual({ key, code: 'notFound' })
      expect(['answered', 'invalidInput', 'notFound', 'unsupported']).toContain(code)
    }
    expect((await gatehouse('api', 'GET', '/v1/no-such-thing')).code).toBe(3)
    expect((await gatehouse('api', 'POST', '/v1/machines', '--data', '{}')).code).toBe(2)
    expect((await gatehouse('api', '--list')).out).toHaveLength(all.length)
  })
})
