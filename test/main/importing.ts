/** An import through the app's door, as the window and the command line do it. */
import { randomUUID } from 'node:crypto'
import type { Input, Output } from '../../preload/contract.ts'
import type { TestApp } from './testApp.ts'

type Choice = Partial<Omit<Input<'machines.import'>, 'importId'>>

export interface TestImport {
  importId: string
  preview: Output<'machines.previewImport'>
  rows(query?: Partial<Omit<Input<'machines.importRows'>, 'importId'>>): Promise<Output<'machines.importRows'>>
  take(choice?: Choice): Promise<Output<'machines.import'>>
  undo(): Promise<Output<'machines.undoImport'>>
}

export const wholeImport = (importId: string, choice: Choice = {}): Input<'machines.import'> => ({
  importId,
  groups: 'site',
  site: '',
  os: 'linux',
  turnOnJit: false,
  chosen: { from: 'new', except: [] },
  ...choice,
})

/** Sends the file and has it read. Without a file: ~/.ssh/config. */
export async function openImport(
  { call }: Pick<TestApp, 'call'>,
  file?: { name: string; content: string | Uint8Array },
  told: Partial<Omit<Input<'machines.previewImport'>, 'importId' | 'name'>> = {},
): Promise<TestImport> {
  const importId = randomUUID()
  if (file) {
    const bytes = Buffer.from(file.content)
    for (let at = 0; at === 0 || at < bytes.length; at += 1_000_000)
      await call('machines.sendImport', { importId, data: bytes.subarray(at, at + 1_000_000).toString('base64') })
  }
  const preview = await call('machines.previewImport', { importId, ...(file && { name: file.name }), ...told })
  return {
    importId,
    preview,
    rows: (query = {}) => call('machines.importRows', { importId, groups: 'site', show: 'all', offset: 0, limit: 200, ...query }),
    take: (choice) => call('machines.import', wholeImport(importId, choice)),
    undo: () => call('machines.undoImport', { importId }),
  }
}
