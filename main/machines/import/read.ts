/** Reads a file for import, whichever format it is in. The one way in for the worker that it runs in; nothing is changed and nothing is run. */
import type { ImportFormat } from '../../../preload/contract.ts'
import { CallError } from '../../callError.ts'
import { readAnsibleIni } from './ansibleIni.ts'
import { readAnsibleYaml } from './ansibleYaml.ts'
import { readCsv } from './csv.ts'
import { readMremoteng } from './mremoteng.ts'
import { readOwnSshConfig, readSentSshConfig } from './ownSshConfig.ts'
import { readRdcman } from './rdcman.ts'
import { readRdpFile } from './rdpFile.ts'
import type { ImportChecks, ImportJob, Reading } from './reading.ts'
import { recognise } from './recognise.ts'
import { toText } from './text.ts'

/** Throws CallError badFile or file. */
export function readImport(job: ImportJob, checks: ImportChecks): Reading {
  if (!job.file) return readOwnSshConfig(job.home, checks)
  const { name, bytes } = job.file
  // A ZIP archive: Royal TS packs its documents so (F-39), and none of ours is one.
  if (bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4)
    throw new CallError({ tag: 'file', path: name, problem: /\.rts[xz]$/i.test(name) ? 'royalTs' : 'notText' })
  const text = toText(bytes, name)
  const seen = recognise(text)
  if (seen === 'royalTs') throw new CallError({ tag: 'file', path: name, problem: 'royalTs' })
  const format = job.format ?? seen
  if (!format) throw new CallError({ tag: 'file', path: name, problem: 'unknownFormat' })
  return readers[format](text, checks, job, name)
}

const readers: Record<ImportFormat, (text: string, checks: ImportChecks, job: ImportJob, name: string) => Reading> = {
  sshConfig: (text, checks) => readSentSshConfig(text, checks),
  mremoteng: (text, checks, { password }) => readMremoteng(text, checks, password),
  rdcman: (text, checks) => readRdcman(text, checks),
  rdpFile: (text, checks, _job, name) => readRdpFile(text, checks, name),
  csv: (text, checks, { table }) => readCsv(text, checks, table),
  ansible(text, checks) {
    if (text.startsWith('$ANSIBLE_VAULT')) throw new CallError({ tag: 'badFile', line: 1, problem: 'vault' })
    const isIni = /^\s*\[[^\]]+\]\s*$|\sansible_\w+\s*=/m.test(text.slice(0, 200_000)) || !/^[^\s#][^=]*:/m.test(text.slice(0, 200_000))
    return isIni ? readAnsibleIni(text, checks) : readAnsibleYaml(text, checks)
  },
}
