/** Azure Resource Graph: one question over all subscriptions of a person, page by page. It gives only what the person may read, and lags writes by a while. */
import { z } from 'zod'
import { graphPath, type Arm } from './arm.ts'

export interface GraphPage<Row> {
  rows: Row[]
  /** Of the next page. */
  skipToken?: string
}

export interface Graph {
  /** Throws as Arm.ask does; a token of an older question is a `gateFailed`. */
  page<Row>(question: Question<Row>, skipToken?: string): Promise<GraphPage<Row>>
  all<Row>(question: Question<Row>): Promise<Row[]>
  /** Azure reads 10,000 subscriptions at most, and this person sees more. */
  readonly hitLimit: boolean
}

export interface Question<Row> {
  query: string
  row: z.ZodType<Row>
}

const pageSize = 1000
const mostPages = 10_000

const Answer = z.object({ data: z.array(z.unknown()), $skipToken: z.string().nullish() })

/** `skipped` is told of rows that are of another form than the question asks for. */
export function createGraph(arm: Arm, skipped: (count: number) => void): Graph {
  let hitLimit = false

  async function page<Row>({ query, row }: Question<Row>, skipToken?: string): Promise<GraphPage<Row>> {
    const options = { $top: pageSize, resultFormat: 'objectArray', ...(skipToken !== undefined && { $skipToken: skipToken }) }
    const { data, $skipToken: next } = await arm.ask(Answer, {
      method: 'POST',
      path: `${graphPath}?api-version=2021-03-01`,
      body: { query, options },
      about: { what: 'machine', action: 'Microsoft.ResourceGraph/resources/read' },
      bucket: 'graph',
      onHeaders: (header) => {
        if (header('x-ms-tenant-subscription-limit-hit')?.toLowerCase() === 'true') hitLimit = true
      },
    })
    const parsed = data.map((one) => row.safeParse(one))
    const rows = parsed.flatMap(({ data: good }) => (good === undefined ? [] : [good]))
    if (rows.length < data.length) skipped(data.length - rows.length)
    return { rows, ...(next && { skipToken: next }) }
  }

  return {
    page,
    async all(question) {
      const rows = []
      let skipToken: string | undefined
      for (let pages = 0; pages < mostPages; pages += 1) {
        const { rows: some, skipToken: next } = await page(question, skipToken)
        rows.push(...some)
        // A question that leads round in a circle must not keep us here (F-45).
        if (next === undefined || next === skipToken) return rows
        skipToken = next
      }
      return rows
    },
    get hitLimit() {
      return hitLimit
    },
  }
}
