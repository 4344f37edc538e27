/** Which machines of a preview are chosen: all new ones but a few, or only a few. A hundred thousand cost no more than that. */
export interface Chosen {
  from: 'new' | 'none'
  except: ReadonlySet<number>
}

export const allNew: Chosen = { from: 'new', except: new Set() }
export const none: Chosen = { from: 'none', except: new Set() }

export const isChosen = ({ from, except }: Chosen, index: number): boolean => (from === 'new') !== except.has(index)

export const countChosen = ({ from, except }: Chosen, newOnes: number): number => (from === 'new' ? newOnes - except.size : except.size)

export function withOther(chosen: Chosen, index: number): Chosen {
  const except = new Set(chosen.except)
  if (!except.delete(index)) except.add(index)
  return { from: chosen.from, except }
}
