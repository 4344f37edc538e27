/** Runs the tour's steps in order, prints each with its time, and keeps a picture where a step gives one. */
import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'

export interface Steps {
  /** The folder of the pictures. */
  folder: string
  /** Does one step. A step that throws ends the tour; its reason is printed. */
  step(title: string, act: () => Promise<string | undefined>): Promise<void>
  /** Prints the last line and answers whether every step was done. */
  end(): boolean
}

/** `total` is how many steps the tour has, so that one that was never reached counts as not done. */
export async function createSteps(folder: string, total: number): Promise<Steps> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  let done = 0
  return {
    folder,
    async step(title, act) {
      const startedAt = performance.now()
      const number = String(done + 1).padStart(String(total).length)
      try {
        const note = await act()
        done += 1
        console.log(`  ✓ ${number}. ${title} (${seconds(startedAt)})${note === undefined ? '' : `: ${note}`}`)
      } catch (error) {
        console.log(`  ✗ ${number}. ${title} (${seconds(startedAt)})`)
        throw error
      }
    },
    end() {
      console.log(`\nPictures: ${path.relative(process.cwd(), folder)}/`)
      console.log(`tour: ${done} of ${total} steps`)
      return done === total
    },
  }
}

function seconds(startedAt: number): string {
  return `${((performance.now() - startedAt) / 1000).toFixed(1)} s`
}
