/** XML from somebody else, as a stream of elements. No document type, so no entities of its own; bounded in depth (F-34). */
import { SaxesParser } from 'saxes'
import { CallError } from '../../callError.ts'

export interface XmlReader {
  open(name: string, attributes: Readonly<Record<string, string>>, line: number): void
  /** Text between tags, in one or several pieces. */
  text?(text: string): void
  close(name: string): void
}

const deepest = 200
/** The parser goes over its input in pieces, so that what it keeps of them stays small. */
const pieceLength = 65_536

/** Throws CallError badFile with the line: what is not well-formed is refused whole. */
export function readXml(text: string, reader: XmlReader): void {
  const parser = new SaxesParser({ xmlns: false, position: false })
  let depth = 0
  /** Where the tag began; its end may be lines below. */
  let line = 1
  const refuse = (problem: string, cause?: unknown): never => {
    throw new CallError({ tag: 'badFile', line: parser.line, problem }, { cause })
  }
  parser.on('error', (error) => refuse('xml', error))
  parser.on('doctype', () => refuse('doctype'))
  parser.on('opentagstart', () => {
    depth += 1
    line = parser.line
    if (depth > deepest) refuse('tooDeep')
  })
  parser.on('opentag', ({ name, attributes }) => reader.open(name, attributes, line))
  parser.on('closetag', ({ name }) => {
    depth -= 1
    reader.close(name)
  })
  if (reader.text) parser.on('text', (piece) => reader.text?.(piece))
  for (let at = 0; at < text.length; at += pieceLength) parser.write(text.slice(at, at + pieceLength))
  parser.close()
}
