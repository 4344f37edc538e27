/**
 * One megabyte of disk that is kept for the worst moment (F-64): when the disk is full it is given back, so that what ends can still be written.
 * Until there is room for it again the gateway takes nothing new.
 */
import { closeSync, fsyncSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'

export interface Reserve {
  /** Whether it is there; made again where there is room for it now. */
  isThere(): boolean
  /** Gives it back to the disk. False: there was nothing to give. */
  spend(): boolean
}

/** For a store on another computer: its disk is not ours to reserve. */
export const noReserve: Reserve = { isThere: () => true, spend: () => false }

const size = 1024 * 1024

export function createReserve(dataFolder: string): Reserve {
  const path = join(dataFolder, 'reserve')
  let isMade = sizeOf(path) === size

  function make(): boolean {
    let file: number | undefined
    try {
      file = openSync(path, 'w', 0o600)
      // Written and not only made longer: a file with holes takes no room.
      const written = writeSync(file, Buffer.alloc(size, 0x67))
      fsyncSync(file)
      isMade = written === size
    } catch {
      isMade = false
    } finally {
      if (file !== undefined) closeSync(file)
      // A part of it would take the room that endings need.
      if (!isMade) rmSync(path, { force: true })
    }
    return isMade
  }

  return {
    isThere: () => isMade || make(),
    spend() {
      const wasMade = isMade
      rmSync(path, { force: true })
      isMade = false
      return wasMade
    },
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
