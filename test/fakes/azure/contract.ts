/**
 * The official contract (openapi/), as what every request to the stand-in and every answer of it is held against. What is sent must be declared and use
 * the values that are declared; what is answered may have values that the contract calls open (`modelAsString`), as the service's own example does.
 */
import { readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'
import { z } from 'zod'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

const Parameter = z.looseObject({
  name: z.string(),
  in: z.enum(['path', 'query', 'body', 'header']),
  required: z.boolean().optional(),
  pattern: z.string().optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  enum: z.array(z.string()).optional(),
  schema: z.looseObject({ $ref: z.string().optional() }).optional(),
})
const Reference = z.object({ $ref: z.string() })
const Operation = z.looseObject({
  operationId: z.string(),
  parameters: z.array(z.union([Reference, Parameter])),
  responses: z.record(z.string(), z.looseObject({ schema: z.looseObject({ $ref: z.string().optional() }).optional() })),
})
const Document = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  parameters: z.record(z.string(), Parameter),
})

const base = 'https://contract.example/'
const files = ['jitNetworkAccessPolicies.json', 'common/v1/types.json'] as const
const documents = new Map<string, Json>(
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- JSON is JSON
  files.map((file) => [file, JSON.parse(readFileSync(new URL(`openapi/${file}`, import.meta.url), 'utf8')) as Json]),
)
const jit = Document.parse(documents.get(files[0]))

/** RFC 3339, with any number of digits. */
const dateTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/

const answered = makeAjv(open)
const sent = makeAjv((schema) => schema)
const sentStrictly = makeAjv(close)

function makeAjv(change: (schema: Json) => Json): Ajv {
  const ajv = new Ajv({ strict: false, allErrors: true, formats: { 'date-time': dateTime, int32: true } })
  for (const [file, document] of documents) ajv.addSchema({ ...z.looseObject({}).parse(change(document)), $id: base + file })
  return ajv
}

function mapObjects(schema: Json, change: (object: { [key: string]: Json }) => { [key: string]: Json }): Json {
  if (Array.isArray(schema)) return schema.map((one) => mapObjects(one, change))
  if (schema === null || typeof schema !== 'object') return schema
  return change(Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, mapObjects(value, change)])))
}

/** Enums that the contract calls open are any string. */
function open(schema: Json): Json {
  return mapObjects(schema, (object) => {
    const info = z.looseObject({ modelAsString: z.literal(true) }).safeParse(object['x-ms-enum'])
    if (!info.success) return object
    const { enum: _, ...rest } = object
    return rest
  })
}

/** Nothing may be sent that is not declared. */
function close(schema: Json): Json {
  return mapObjects(schema, (object) =>
    object['type'] === 'object' && object['properties'] !== undefined && object['allOf'] === undefined
      ? { ...object, additionalProperties: false }
      : object,
  )
}

const validators = new Map<string, ValidateFunction>()

function check(ajv: Ajv, how: string, reference: string, value: unknown): string | undefined {
  const key = `${how} ${reference}`
  const validate = validators.get(key) ?? ajv.compile({ $ref: base + files[0] + reference })
  validators.set(key, validate)
  return validate(value) ? undefined : ajv.errorsText(validate.errors)
}

/** What the contract has for a path; undefined: nothing. */
export function findOperation(method: string, path: string) {
  for (const [template, operations] of Object.entries(jit.paths)) {
    const names: string[] = []
    const pattern = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      names.push(name)
      return '([^/]+)'
    })
    const match = new RegExp(`^${pattern}$`, 'i').exec(path)
    const operation = operations[method.toLowerCase()]
    if (!match || !operation) continue
    const values = Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(match[index + 1] ?? '')]))
    return { operation, values }
  }
  return undefined
}

export type Found = NonNullable<ReturnType<typeof findOperation>>

function parameterOf(one: z.infer<typeof Reference> | z.infer<typeof Parameter>): z.infer<typeof Parameter> {
  const reference = Reference.safeParse(one)
  if (!reference.success) return Parameter.parse(one)
  const [file = '', pointer = ''] = reference.data.$ref.split('#')
  const document = Document.pick({ parameters: true }).parse(documents.get(file === '' ? files[0] : file))
  const parameter = document.parameters[pointer.split('/').at(-1) ?? '']
  if (!parameter) throw new Error(`the contract has no ${reference.data.$ref}`)
  return parameter
}

/** What is wrong with a request; undefined: nothing. */
export function judgeSent({ operation, values }: Found, query: URLSearchParams, body: unknown): string | undefined {
  for (const one of operation.parameters) {
    const parameter = parameterOf(one)
    if (parameter.in === 'body') {
      // A policy is sent back with all that it had, whatever that is; nothing else has anything to send back.
      const isPolicy = operation.operationId.endsWith('CreateOrUpdate')
      const reference = parameter.schema?.$ref ?? ''
      const problem = isPolicy ? check(sent, 'sent', reference, body) : check(sentStrictly, 'strict', reference, body)
      if (problem !== undefined) return problem
      continue
    }
    const value = parameter.in === 'path' ? values[parameter.name] : (query.get(parameter.name) ?? undefined)
    if (value === undefined) {
      if (parameter.required === true) return `${parameter.name} is missing`
      continue
    }
    const { pattern, minLength = 0, maxLength = Infinity, enum: allowed } = parameter
    if (value.length < minLength || value.length > maxLength) return `${parameter.name} is too short or too long`
    if (pattern !== undefined && !new RegExp(pattern).test(value)) return `${parameter.name} is no ${pattern}`
    if (allowed && !allowed.some((name) => name.toLowerCase() === value.toLowerCase()))
      return `${parameter.name} is none of ${allowed.join()}`
  }
  return query.get('api-version') === '2020-01-01' ? undefined : 'another api-version'
}

/** What is wrong with an answer of the stand-in's own. */
export function judgeAnswered({ operation }: Found, status: number, body: unknown): string | undefined {
  const declared = operation.responses[String(status)] ?? (status >= 400 ? operation.responses['default'] : undefined)
  if (!declared) return `${operation.operationId} does not answer ${status}`
  const reference = declared.schema?.$ref
  if (reference === undefined) return body === undefined ? undefined : 'a body that is not declared'
  return reference.startsWith('#') ? check(answered, 'answered', reference, body) : checkError(body)
}

function checkError(body: unknown): string | undefined {
  const key = 'error'
  const validate = validators.get(key) ?? answered.compile({ $ref: `${base}${files[1]}#/definitions/CloudError` })
  validators.set(key, validate)
  return validate(body) ? undefined : answered.errorsText(validate.errors)
}
