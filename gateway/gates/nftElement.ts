/**
 * Elements of the nftables gate's sets: who may go where. A set holds the ranges of one prefix length, so that ranges that contain each other
 * (which one interval set would refuse) live side by side, and each is found by one look-up.
 */
import { z } from '@hono/zod-openapi'
import { rangeOf } from '../source.ts'

export interface Way {
  /** The set's name: `from4_32` holds single IPv4 addresses, `from6_64` IPv6 networks of 64 bits. */
  set: string
  /** As nft writes it: `192.0.2.7 . 10.0.0.5 . 22`. */
  element: string
}

/** An element as the kernel has it. */
export interface Found {
  way: Way
  /** The grants that it is open for, or undefined when it does not bear our mark. */
  grantIds: string[] | undefined
  /** Whole seconds; undefined when it never ends. */
  expiresInMs: number | undefined
}

const mark = 'grants'
/** The kernel keeps 128 bytes of a comment: the mark and three UUIDs. */
const mostGrantsNamed = 3
const setName = /^from([46])_(\d{1,3})$/

const SetObject = z.object({ name: z.string(), elem: z.array(z.unknown()).optional() })
const Listing = z.object({ nftables: z.array(z.object({ set: SetObject.optional() })) })
const Concatenation = z.object({ concat: z.tuple([z.string(), z.string(), z.int()]) })
const Element = z.union([
  z.object({ elem: z.object({ val: Concatenation, expires: z.number().optional(), comment: z.string().optional() }) }),
  Concatenation.transform((val) => ({ elem: { val, expires: undefined, comment: undefined } })),
])

/** One key for a way, to compare and to find it by. */
export function keyOf({ set, element }: Way): string {
  return `${set} ${element}`
}

/** From a source (address or range) to a port of a machine's address. undefined when the two are of different families, or either is no address. */
export function wayTo(source: string, address: string, port: number): Way | undefined {
  const from = rangeOf(source)
  const to = rangeOf(address)
  if (from === undefined || to === undefined || from.family !== to.family) return undefined
  return { set: `from${from.family}_${from.bits}`, element: `${from.network} . ${to.network} . ${port}` }
}

/** The set's family and prefix length; undefined for other sets. */
export function shapeOf(set: string): { family: 4 | 6; bits: number } | undefined {
  const [, family, bits] = setName.exec(set) ?? []
  return family === undefined ? undefined : { family: family === '4' ? 4 : 6, bits: Number(bits) }
}

/** Ours, and for whom: of more than three grants the ones that are named first. */
export function commentFor(grantIds: readonly string[]): string {
  return [mark, ...grantIds.slice(0, mostGrantsNamed)].join(' ')
}

/** The elements in what `nft -j list` printed. Throws when that is not nft's JSON. */
export function readElements(output: string): Found[] {
  const lines = output.split('\n').filter((line) => line.startsWith('{'))
  const objects = lines.flatMap((line) => Listing.parse(JSON.parse(line)).nftables)
  return objects.flatMap(({ set }) =>
    set === undefined || shapeOf(set.name) === undefined ? [] : (set.elem ?? []).map((one) => found(set.name, one)),
  )
}

/** The names of our kind of sets in what `nft -j list` printed. */
export function readSets(output: string): string[] {
  const lines = output.split('\n').filter((line) => line.startsWith('{'))
  const names = lines.flatMap((line) => Listing.parse(JSON.parse(line)).nftables.map((one) => one.set?.name ?? ''))
  return names.filter((name) => shapeOf(name) !== undefined)
}

function found(set: string, value: unknown): Found {
  const { elem } = Element.parse(value)
  const [from, to, port] = elem.val.concat
  const [word, ...grantIds] = elem.comment?.split(' ') ?? []
  return {
    // Addresses can be written in several ways; ours is the one to compare by.
    way: { set, element: `${rangeOf(from)?.network ?? from} . ${rangeOf(to)?.network ?? to} . ${port}` },
    grantIds: word === mark && grantIds.length > 0 ? grantIds : undefined,
    expiresInMs: elem.expires === undefined ? undefined : elem.expires * 1000,
  }
}
