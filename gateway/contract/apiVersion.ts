/**
 * Which revisions of the API a console and a gateway speak, told in a header of every request and answer (F-103). A change that another side may pass
 * over needs none; a change that it must know of raises `newest`, and `oldest` once the old way is taken away.
 */
export const apiHeader = 'gatehouse-api'

export interface ApiRange {
  oldest: number
  newest: number
}

/** What this build speaks. */
export const spokenApi: ApiRange = { oldest: 1, newest: 1 }

export const formatApi = ({ oldest, newest }: ApiRange): string => `${oldest}-${newest}`

/** Who says nothing speaks the first revision; what cannot be read is none that we speak. */
export function parseApi(header: string | null | undefined): ApiRange {
  if (header === null || header === undefined) return { oldest: 1, newest: 1 }
  const match = /^(\d{1,6})-(\d{1,6})$/.exec(header)
  return match ? { oldest: Number(match[1]), newest: Number(match[2]) } : { oldest: Infinity, newest: Infinity }
}

/** Pure. What the other side is to us; `same`: there is a revision that both speak. */
export function judgeApi(theirs: ApiRange, ours: ApiRange = spokenApi): 'same' | 'newer' | 'older' {
  if (theirs.oldest > ours.newest) return 'newer'
  return theirs.newest < ours.oldest ? 'older' : 'same'
}
