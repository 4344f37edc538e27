import { run } from '../real/parts/keeper.ts'

/** Whether at least a tenth of a picture has this colour (`#rrggbb`): that a desktop is on the screen, not just a window's frame. */
export async function showsColour(file: string, colour: string): Promise<boolean> {
  const share = await run('convert', [
    file,
    '-alpha',
    'off',
    '-fuzz',
    '2%',
    '-fill',
    'white',
    '-opaque',
    colour,
    '-fill',
    'black',
    '+opaque',
    'white',
    '-format',
    '%[fx:mean]',
    'info:',
  ])
  return Number(share) >= 0.1
}
