import { createRoute, z } from '@hono/zod-openapi'
import { PolicySet, SetPolicy } from '../api.ts'
import {
  AddLogo,
  ChangePolicies,
  LevelKey,
  Logo,
  LogoAdded,
  PolicyDetail,
  PolicyImpact,
  PolicyTree,
  PreviewPolicies,
  PutPolicy,
} from '../contract/policies.ts'
import { rulesFor } from '../machineRow.ts'
import { keyOf } from '../policies/levels.ts'
import { addLogo, readLogo } from '../policies/logos.ts'
import { withPatch } from '../policies/settings.ts'
import { readTree } from '../policies/tree.ts'
import { answers, body, IdParam } from './answers.ts'
import type { Api, RouteParts } from './routes.ts'

const LevelParam = z.object({ level: LevelKey })

const setPolicy = createRoute({
  method: 'put',
  path: '/v1/policies',
  request: { body: body(SetPolicy) },
  responses: answers(200, PolicySet, 'Set; open grants that it no longer allows are closed'),
})
const listLevels = createRoute({
  method: 'get',
  path: '/v1/policies',
  responses: answers(200, PolicyTree, 'The company and every site, parents before children'),
})
const getPolicy = createRoute({
  method: 'get',
  path: '/v1/policies/{level}',
  request: { params: LevelParam },
  responses: answers(200, PolicyDetail, 'What the level sets, and what holds there with the level that each value is from'),
})
const putPolicy = createRoute({
  method: 'put',
  path: '/v1/policies/{level}',
  request: { params: LevelParam, body: body(PutPolicy) },
  responses: answers(200, PolicyImpact, 'These are all the settings of the level; what they no longer allow is closed'),
})
const changePolicies = createRoute({
  method: 'patch',
  path: '/v1/policies',
  request: { body: body(ChangePolicies) },
  responses: answers(200, PolicyImpact, 'Changed, all levels; what they no longer allow is closed'),
})
const previewPolicies = createRoute({
  method: 'post',
  path: '/v1/policies/preview',
  request: { body: body(PreviewPolicies) },
  responses: answers(200, PolicyImpact, 'What the change would do'),
})
const postLogo = createRoute({
  method: 'post',
  path: '/v1/logos',
  request: { body: body(AddLogo) },
  responses: answers(201, LogoAdded, 'Kept while a policy names it'),
})
const getLogo = createRoute({
  method: 'get',
  path: '/v1/logos/{id}',
  request: { params: IdParam },
  responses: answers(200, Logo, 'The picture, as base64'),
})

export function addPolicyRoutes(api: Api, { policies, store, now, onChange }: RouteParts): void {
  const changed = () => onChange('policies', 'machines', 'audit')

  api.openapi(setPolicy, async (context) => {
    const { machineIds, rules } = context.req.valid('json')
    const levels = [...new Set(machineIds)].map((id) => ({ level: keyOf({ kind: 'machine', id }) }))
    await policies.change(
      context.env.caller.technician,
      levels,
      (before, machine) => {
        if (rules === 'inherited' || machine === undefined) return withPatch(before, { rules: null })
        return withPatch(before, { rules: { default: rulesFor(machine, rules) } })
      },
      false,
    )
    changed()
    return context.json({ changed: levels.length }, 200)
  })
  api.openapi(listLevels, async (context) => context.json(await readTree(store), 200))
  api.openapi(getPolicy, async (context) => {
    const detail = await policies.get(context.req.valid('param').level)
    return context.json(detail, 200, { etag: `"${detail.version}"` })
  })
  api.openapi(putPolicy, async (context) => {
    const { level } = context.req.valid('param')
    const { settings, version, confirmOverwrite } = context.req.valid('json')
    const { technician } = context.env.caller
    const impact = await policies.change(technician, [{ level, version }], () => withPatch({}, settings), confirmOverwrite)
    changed()
    return context.json(impact, 200)
  })
  api.openapi(changePolicies, async (context) => {
    const { levels, patch, confirmOverwrite } = context.req.valid('json')
    const { technician } = context.env.caller
    const impact = await policies.change(technician, levels, (before) => withPatch(before, patch), confirmOverwrite)
    changed()
    return context.json(impact, 200)
  })
  api.openapi(previewPolicies, async (context) => {
    const { levels, patch } = context.req.valid('json')
    return context.json(await policies.preview(levels, (before) => withPatch(before, patch)), 200)
  })
  api.openapi(postLogo, async (context) => {
    const { data } = context.req.valid('json')
    return context.json({ id: await addLogo(store, now(), data) }, 201)
  })
  api.openapi(getLogo, async (context) => context.json(await readLogo(store, context.req.valid('param').id), 200))
}
