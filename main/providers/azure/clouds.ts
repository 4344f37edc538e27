/** Where each of Azure's clouds is reached, and as which application this console signs in there. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { AzureCloud } from '../../../preload/contract/azure.ts'
import { readJson } from '../../jsonStore.ts'

export interface Cloud {
  name: AzureCloud
  /** Of the sign-in service, without a tenant. */
  authority: string
  resourceManager: string
  clientId: string
  /** PEM of an authority beside those of the system, for a private cloud. */
  ca?: string
  /** From the file: the sign-in service is not one that the library knows. */
  isPrivate: boolean
}

/**
 * The public client of Azure's own command line, which every tenant knows. An organisation that wants to see this console under a name of its own, or
 * to apply conditional access to it, registers an application and enters its id at sign-in.
 */
const commonClientId = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'

const places: Readonly<Record<AzureCloud, { authority: string; resourceManager: string }>> = {
  public: { authority: 'https://login.microsoftonline.com', resourceManager: 'https://management.azure.com' },
  usGovernment: { authority: 'https://login.microsoftonline.us', resourceManager: 'https://management.usgovcloudapi.net' },
  china: { authority: 'https://login.chinacloudapi.cn', resourceManager: 'https://management.chinacloudapi.cn' },
}

const HttpsOrigin = z
  .url({ protocol: /^https$/ })
  .refine((url) => URL.parse(url)?.pathname === '/' && URL.parse(url)?.search === '', 'an address without a path')
  .transform((url) => new URL(url).origin)

/** `azure-cloud.json` in the data folder: what replaces the known addresses, for private clouds. `ca` is the path of a PEM file. */
const CloudFile = z.partialRecord(
  AzureCloud,
  z.strictObject({
    authority: HttpsOrigin.optional(),
    resourceManager: HttpsOrigin.optional(),
    ca: z.string().optional(),
    clientId: z.uuid().optional(),
  }),
)
export type CloudFile = z.input<typeof CloudFile>

/** Reads the file once. A file that is not right is not followed in part: `limit` says so, and there is no cloud to sign in to. */
export function openClouds(folder: string): { cloud(name: AzureCloud): Cloud | undefined; limit: string | undefined } {
  const found = readJson(join(folder, 'azure-cloud.json'))
  const parsed = found.ok ? CloudFile.safeParse(found.json ?? {}) : undefined
  const file = parsed?.success === true ? parsed.data : undefined
  try {
    const clouds = new Map(AzureCloud.options.map((name) => [name, file && toCloud(name, file[name] ?? {})]))
    return { cloud: (name) => clouds.get(name), limit: file ? undefined : 'fileUnreadable:azure-cloud.json' }
  } catch {
    // The certificate's file cannot be read.
    return { cloud: () => undefined, limit: 'fileUnreadable:azure-cloud.json' }
  }
}

function toCloud(name: AzureCloud, file: NonNullable<z.output<typeof CloudFile>[AzureCloud]>): Cloud {
  const { authority = places[name].authority, resourceManager = places[name].resourceManager, ca, clientId = commonClientId } = file
  return {
    name,
    authority,
    resourceManager,
    clientId,
    ...(ca !== undefined && { ca: readFileSync(ca, 'utf8') }),
    isPrivate: file.authority !== undefined,
  }
}
