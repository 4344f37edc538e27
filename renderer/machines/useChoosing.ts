import { useRef } from 'react'
import type { MachineRow } from '../../preload/contract.ts'
import { call } from '../door.ts'
import type { MachineQuery } from './query.ts'
import { mostChosen } from './slices.ts'

interface List {
  query: MachineQuery
  total: number
  row: (index: number) => MachineRow | undefined
  chosen: ReadonlyMap<string, MachineRow>
  onChoose: (machines: readonly MachineRow[], chosen: boolean) => void
}

/** Choosing rows one by one, from one to another, and all of them. */
export function useChoosing({ query, total, row, chosen, onChoose }: List) {
  /** Where a stretch begins that Shift will end. */
  const anchor = useRef(0)

  /** Rows that are not here yet are asked for: what is chosen is what stands between, seen or not. */
  async function rowsBetween(from: number, to: number): Promise<readonly MachineRow[]> {
    const here = Array.from({ length: to - from + 1 }, (_, at) => row(from + at)).filter((one) => one !== undefined)
    if (here.length === to - from + 1) return here
    return (await call('machines.list', { ...query, offset: from, limit: to - from + 1 })).rows
  }

  async function chooseBetween(from: number, to: number, on: boolean): Promise<void> {
    // More than a bulk action may take are left out at the end.
    onChoose(await rowsBetween(from, Math.min(to, from + mostChosen - 1)), on)
  }

  return {
    begin: (index: number) => void (anchor.current = index),
    one(index: number): void {
      anchor.current = index
      const machine = row(index)
      if (machine) onChoose([machine], !chosen.has(machine.id))
    },
    upTo: (index: number) => void chooseBetween(Math.min(index, anchor.current), Math.max(index, anchor.current), true),
    all: (on: boolean) => void chooseBetween(0, total - 1, on),
  }
}
