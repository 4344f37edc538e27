/** F-103: who speaks another API may read here, and change nothing: what they mean may not be what we understand. */
import type { MiddlewareHandler } from 'hono'
import { apiHeader, formatApi, judgeApi, parseApi, spokenApi } from '../contract/apiVersion.ts'
import { GatewayProblem, toResponse } from '../problems.ts'
import type { Env } from './routes.ts'

export const negotiate: MiddlewareHandler<Env> = async (context, next) => {
  const theirs = judgeApi(parseApi(context.req.header(apiHeader)))
  const isRead = context.req.method === 'GET'
  if (theirs === 'same' || isRead) await next()
  else context.res = toResponse(new GatewayProblem('otherApi', { allowed: formatApi(spokenApi), reason: theirs }).problem)
  context.header(apiHeader, formatApi(spokenApi))
}
