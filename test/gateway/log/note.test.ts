import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { openCheckpoint, signCheckpoint } from '../../../gateway/log/checkpoint.ts'
import { formatKey, openNote, parseKey, signNote } from '../../../gateway/log/note.ts'
import { witness } from '../../../gateway/log/witness.ts'
import { consistencyRanges } from '../../../gateway/log/proofs.ts'
import { rangeRoot } from '../../../gateway/log/tiles.ts'
import { emptyFrontier, grow, leafHash, rootOf } from '../../../gateway/log/tree.ts'
import { memoryTree } from './memoryTree.ts'

const { privateKey } = generateKeyPairSync('ed25519')
const name = 'gatehouse/1'
/** RFC 8037: an Ed25519 key's 32 bytes are its `x`. */
const rawOf = (publicKey: KeyObject) => Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
const key = { name, publicKey: rawOf(createPublicKey(privateKey)) }
const other = { name, publicKey: rawOf(generateKeyPairSync('ed25519').publicKey) }

// The example of Go's golang.org/x/mod/sumdb/note, from which C2SP signed-note was written down.
const published = {
  key: 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
  text: "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n",
  signature: '\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n',
}

test('the published example of a signed note opens with its published key', () => {
  const peter = parseKey(published.key)
  expect(peter?.name).toBe('PeterNeumann')
  expect(peter && formatKey(peter)).toBe(published.key)
  const note = `${published.text}\n${published.signature}`
  expect(peter && openNote(note, peter)).toBe(published.text)
  expect(peter && openNote(note.replace('cryptography', 'cryptology'), peter)).toBeUndefined()
})

test('a note opens with the key that signed it and with no other', () => {
  const note = signNote('one\n\ntwo\n', name, privateKey)
  expect(openNote(note, key)).toBe('one\n\ntwo\n')
  expect(openNote(note, other)).toBeUndefined()
  expect(openNote(note, { ...key, name: 'gatehouse/2' })).toBeUndefined()
})

test('signatures of others are passed over; a bad one of a known key spoils the note', () => {
  const note = signNote('text\n', name, privateKey)
  const foreign = signNote('text\n', 'witness.example', generateKeyPairSync('ed25519').privateKey).slice('text\n\n'.length)
  expect(openNote(`${note}${foreign}`, key)).toBe('text\n')
  expect(openNote(`text\n\n${foreign}`, key)).toBeUndefined()
  const wrong = signNote('other\n', name, privateKey).slice('other\n\n'.length)
  expect(openNote(`${note}${wrong}`, key)).toBeUndefined()
  expect(openNote(note + foreign.repeat(40), key)).toBeUndefined()
})

test('what is no note does not open', () => {
  const note = signNote('text\n', name, privateKey)
  for (const bad of [
    '',
    '\n',
    'text\n',
    note.trimEnd(),
    note.replace('\n\n', '\n'),
    note.replace('\u2014', '-'),
    note.replace('text', 'te\txt'),
    `${note}\n`,
  ]) {
    expect(openNote(bad, key)).toBeUndefined()
  }
})

test('no byte of a note can be another', () => {
  const note = Buffer.from(signNote('text\n', name, privateKey))
  fc.assert(
    fc.property(fc.nat({ max: note.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const changed = Buffer.from(note)
      changed[at] = (changed[at] ?? 0) ^ change
      expect(openNote(changed.toString('latin1'), key)).toBeUndefined()
      expect(openNote(changed.toString(), key)).toBeUndefined()
    }),
  )
})

test('a key as text is told from one that is damaged', () => {
  const text = formatKey(key)
  expect(parseKey(text)).toEqual(key)
  for (const bad of ['', 'x', `x${text}`, text.slice(0, -4), text.replace('/1', '/2'), `${text}=`, text.replace('+A', '+B')])
    expect(parseKey(bad)).toBeUndefined()
})

const leaves = () => Array.from({ length: 20 }, (_, index) => leafHash(Buffer.of(index)))
const at = (size: number, all = leaves()) => ({ origin: name, size, root: rootOf(grow(emptyFrontier, all.slice(0, size))) })
const proof = (from: number, to: number) => {
  const tree = memoryTree(leaves())
  return Promise.all(consistencyRanges(from, to).map((range) => rangeRoot(tree.read, range)))
}

test('a checkpoint is read back, and only in the form that C2SP tlog-checkpoint gives it', () => {
  const note = signCheckpoint(at(7), privateKey)
  expect(note.split('\n').slice(0, 4)).toEqual([name, '7', at(7).root.toString('base64'), ''])
  expect(openCheckpoint(note, key)).toEqual(at(7))
  expect(openCheckpoint(note, other)).toBeUndefined()
  const root = at(7).root.toString('base64')
  const forms = [
    `${name}\n07\n${root}\n`,
    `${name}\n-7\n${root}\n`,
    `${name}\n9007199254740993\n${root}\n`,
    `${name}\n7\n${root.slice(4)}\n`,
    `${name}\n7\n${root}\nmore\n`,
    `${name}\n7\n`,
    `gatehouse/2\n7\n${root}\n`,
  ]
  for (const form of forms) expect(openCheckpoint(signNote(form, name, privateKey), key)).toBeUndefined()
})

test('a witness takes a log that goes on', async () => {
  expect(witness(undefined, at(7), [])).toBe('first')
  expect(witness(at(7), at(7), [])).toBe('same')
  expect(witness(at(0), at(7), [])).toBe('extends')
  expect(witness(at(7), at(20), await proof(7, 20))).toBe('extends')
})

test('F-82: a log whose end is gone is a rollback', () => {
  expect(witness(at(7), at(6), [])).toBe('rollback')
})

test('F-83: a log that is another one, of any length, is a fork, and so is one that is not proven', async () => {
  const forked = leaves().with(3, leafHash(Buffer.from('not so')))
  expect(witness(at(7), at(7, forked), [])).toBe('fork')
  expect(witness(at(7), at(20, forked), await proof(7, 20))).toBe('fork')
  expect(witness(at(7), at(20), [])).toBe('fork')
  expect(witness(at(7), { ...at(20), origin: 'gatehouse/2' }, await proof(7, 20))).toBe('otherLog')
})
