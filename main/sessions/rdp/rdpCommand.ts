/** From what a session is to how a client is started with it. Everything that comes from elsewhere is checked here, whatever the template. */
import { CallError } from '../../callError.ts'
import { isPort, parseHost, type Target } from '../endpoint.ts'
import { foreignText } from '../foreignText.ts'
import { parseUser } from '../user.ts'
import { toHexFingerprint } from './certificate.ts'
import type { RdpFields, RdpStart, RdpTemplate } from './template.ts'

export interface RdpSession {
  target: Target
  /** "alice", "CORP\alice" or "alice@corp.example". */
  user: string
  /** Needed where the template hands the credential over on stdin. */
  password?: string
  /** The pinned certificate, "SHA256:…". */
  certificate: string
  /** For the client's window; the machine's name. */
  title: string
  size?: { width: number; height: number }
}

const longestPassword = 512
const usualSize = { width: 1280, height: 800 }

const invalid = (field: string, problem: string) => new CallError({ tag: 'invalidInput', field, problem })

/** Throws CallError invalidInput: the address, port, user or password cannot be handed over safely. */
export function rdpCommand(template: RdpTemplate, session: RdpSession, folder: string): RdpStart {
  return template.start(fieldsOf(template, session), folder)
}

function fieldsOf(template: RdpTemplate, session: RdpSession): RdpFields {
  const address = parseHost(session.target.address)
  if (address === undefined) throw invalid('address', 'address')
  if (!isPort(session.target.port)) throw invalid('port', 'port')
  const certificate = toHexFingerprint(session.certificate)
  if (certificate === undefined) throw invalid('certificate', 'format')
  const { width, height } = session.size ?? usualSize
  return {
    target: { address, port: session.target.port },
    ...splitUser(parseUser(session.user)),
    password: template.credentialHandover === 'stdin' ? checkPassword(session.password) : '',
    certificate,
    // A title never fails a connect: it is cut to what can be shown, and "" to our own name.
    title: foreignText(session.title, 100) || 'Gatehouse',
    width: clamp(width),
    height: clamp(height),
  }
}

function splitUser(user: string): { user: string; domain: string } {
  const at = user.indexOf('\\')
  return at > 0 ? { domain: user.slice(0, at), user: user.slice(at + 1) } : { domain: '', user }
}

/** One line on stdin is one argument, or the whole answer to a question: a line break inside would be another one. */
function checkPassword(password: string | undefined): string {
  if (password === undefined || password === '') throw invalid('password', 'required')
  if (password.length > longestPassword) throw invalid('password', 'tooLong')
  if (/[\r\n\0]/.test(password) || !password.isWellFormed()) throw invalid('password', 'control')
  return password
}

/** Pixels that MS-RDPBCGR 2.2.1.3.2 allows; an even width, as servers want it. */
function clamp(pixels: number): number {
  return Math.floor(Math.min(8192, Math.max(200, Number.isFinite(pixels) ? pixels : 1024)) / 2) * 2
}
