import { createRoute, z } from '@hono/zod-openapi'
import { AddMachines, Machine, MachineInput, MachinePage, MachinesAdded, MachinesRemoved, RemoveMachines } from '../api.ts'
import { isOfAnother } from '../policies/levels.ts'
import { answers, body, IdParam } from './answers.ts'
import type { Api, RouteParts } from './routes.ts'

const Query = z.strictObject({
  cursor: z.string().max(64).optional(),
  limit: z.coerce.number().int().min(1).max(5000).optional(),
})

const listMachines = createRoute({
  method: 'get',
  path: '/v1/machines',
  request: { query: Query },
  responses: answers(200, MachinePage, 'Machines that changed since the cursor'),
})
const addMachines = createRoute({
  method: 'post',
  path: '/v1/machines',
  request: { body: body(AddMachines) },
  responses: answers(201, MachinesAdded, 'Added, or known; all or none'),
})
const removeMachines = createRoute({
  method: 'post',
  path: '/v1/machines/remove',
  request: { body: body(RemoveMachines) },
  responses: answers(200, MachinesRemoved, 'Removed; their open grants are closed'),
})
const getMachine = createRoute({
  method: 'get',
  path: '/v1/machines/{id}',
  request: { params: IdParam },
  responses: answers(200, Machine, 'The machine'),
})
const changeMachine = createRoute({
  method: 'put',
  path: '/v1/machines/{id}',
  request: { params: IdParam, body: body(MachineInput.strict()) },
  responses: answers(200, Machine, 'The machine as it is now'),
})
export function addMachineRoutes(api: Api, { machines, grants, challenges, onChange }: RouteParts): void {
  api.openapi(listMachines, async (context) => {
    const { cursor, limit } = context.req.valid('query')
    return context.json(await machines.page(cursor, limit), 200)
  })
  api.openapi(addMachines, async (context) => {
    const added = await machines.add(context.env.caller.technician, context.req.valid('json').machines)
    onChange('machines', 'audit')
    return context.json({ machines: added }, 201)
  })
  api.openapi(removeMachines, async (context) => {
    const { ids } = context.req.valid('json')
    const removed = await machines.remove(context.env.caller.technician, ids)
    onChange('machines', 'audit')
    await grants.review(ids)
    await challenges.review(ids)
    return context.json({ removed }, 200)
  })
  api.openapi(getMachine, async (context) => context.json(await machines.get(context.req.valid('param').id), 200))
  api.openapi(changeMachine, async (context) => {
    const { id } = context.req.valid('param')
    const before = await machines.get(id)
    const machine = await machines.change(context.env.caller.technician, id, context.req.valid('json'))
    onChange('machines', 'audit')
    // An open gate still leads to the old address, which may be somebody else's by now; or the machine itself is (F-55).
    await grants.review([id], before.address !== machine.address || isOfAnother(before.site, machine.site))
    await challenges.review([id])
    return context.json(machine, 200)
  })
}
