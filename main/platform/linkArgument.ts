/** Finds the deep link among a command line's arguments; everything else there is ignored (F-8). What the link says is main/links.ts's to judge. */

/** Longer links are no links of ours (F-4). Bytes of UTF-8. */
export const maxLinkBytes = 2048

export const linkScheme = 'gatehouse'

/** The first argument that has our scheme and a sane length, as it is. */
export function linkArgument(args: readonly string[]): string | undefined {
  return args.find((argument) => /^gatehouse:/i.test(argument) && Buffer.byteLength(argument) <= maxLinkBytes)
}
