/** `store:` in the configuration: a PostgreSQL database, which several gateways of one organisation may share. */
import { isIP } from 'node:net'
import { z } from 'zod'

const onThisComputer = /^(127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1|localhost)$/
const isSocket = (host: string): boolean => host.startsWith('/')
const isHost = (host: string): boolean => isSocket(host) || isIP(host) !== 0 || /^[a-zA-Z0-9._-]{1,253}$/.test(host)
/** What PostgreSQL takes as a name without cutting it off. */
const Name = z.string().min(1).max(63)

const Postgres = z
  .strictObject({
    host: z.string().refine(isHost, 'expected a name, an IP address, or the folder of a Unix socket'),
    port: z.int().min(1).max(65_535).default(5432),
    database: Name.default('gatehouse'),
    user: Name.default('gatehouse'),
    /** A file with the password alone, which nobody but the service may read. */
    passwordFile: z.string().min(1).optional(),
    /** `ca`: a file (PEM) with the authority of the server's certificate; the system's authorities where it is absent. */
    tls: z.union([z.literal(false), z.strictObject({ ca: z.string().min(1).optional() })], 'expected "{ ca: FILE }" or false').optional(),
  })
  .superRefine(({ host, tls }, context) => {
    // SECURITY: what is in the store decides who may open what, so nobody between may read or change it.
    if (tls === false && !isSocket(host) && !onThisComputer.test(host)) {
      context.addIssue({ code: 'custom', path: ['tls'], message: 'only for a server on this computer; another one is asked through TLS' })
    }
    if (tls !== undefined && tls !== false && isSocket(host)) {
      context.addIssue({ code: 'custom', path: ['tls'], message: 'a Unix socket has no TLS' })
    }
  })
export type PostgresSetting = z.infer<typeof Postgres>

export const StoreSetting = z.strictObject({ postgres: Postgres })
