import { run } from '../real/parts/keeper.ts'

/** Whether at least a tenth of a picture has this colour (`#rrggbb`): that a desktop is on the screen, not just a window's frame. */
export async function showsColour(file: string, colour: string): Promise<boolean> {
  // First everything else to black: a white window must not count.
  const only = ['-fuzz', '2%', '-fill', 'black', '+opaque', colour, '-fuzz', '0%', '-fill', 'white', '+opaque', 'black']
  const share = await run('convert', [file, '-alpha', 'off', ...only, '-format', '%[fx:mean]', 'info:'])
  return Number(share) >= 0.1
}
