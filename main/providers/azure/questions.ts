/**
 * What Resource Graph is asked. Joins and mv-expand are limited to a few in one question, so there are several; each is ordered, or its pages would not
 * fit together.
 */
import { z } from 'zod'
import type { Question } from './graph.ts'

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')

export const Machine = z.object({
  id: z.string().min(1),
  type: text,
  name: z.string(),
  subscriptionId: z.string(),
  resourceGroup: z.string(),
  location: z.string(),
  tags: z.record(z.string(), z.unknown()).nullish(),
  os: text,
  osVersion: text,
  createdAt: text,
  privateIp: text,
  subnetId: text,
  nicNsg: text,
  publicIp: text,
  fqdn: text,
})
export type Machine = z.infer<typeof Machine>

/** Machines with their first network interface and its public address; classic ones too, since they are there and have no JIT. */
export const machinesQuestion: Question<Machine> = {
  row: Machine,
  query: `Resources
| where type in~ ('microsoft.compute/virtualmachines', 'microsoft.classiccompute/virtualmachines')
| extend nics = array_length(properties.networkProfile.networkInterfaces)
| mv-expand nic = properties.networkProfile.networkInterfaces
| where isnull(nics) or nics <= 1 or nic.properties.primary =~ 'true' or isempty(nic)
| project id = tolower(id), type = tolower(type), name, subscriptionId, resourceGroup, location, tags,
    os = tostring(properties.storageProfile.osDisk.osType), osVersion = tostring(properties.storageProfile.imageReference.sku),
    createdAt = tostring(properties.timeCreated), nicId = tolower(tostring(nic.id))
| join kind=leftouter (Resources
    | where type =~ 'microsoft.network/networkinterfaces'
    | extend configurations = array_length(properties.ipConfigurations)
    | mv-expand configuration = properties.ipConfigurations
    | where configurations == 1 or configuration.properties.primary =~ 'true'
    | project nicId = tolower(id), privateIp = tostring(configuration.properties.privateIPAddress),
        subnetId = tolower(tostring(configuration.properties.subnet.id)),
        nicNsg = tolower(tostring(properties.networkSecurityGroup.id)),
        publicIpId = tolower(tostring(configuration.properties.publicIPAddress.id))) on nicId
| join kind=leftouter (Resources
    | where type =~ 'microsoft.network/publicipaddresses'
    | project publicIpId = tolower(id), publicIp = tostring(properties.ipAddress), fqdn = tostring(properties.dnsSettings.fqdn)) on publicIpId
| project-away nicId, nicId1, publicIpId, publicIpId1
| order by id asc`,
}

export const subscriptionsQuestion = {
  row: z.object({ subscriptionId: z.string(), name: z.string() }),
  query: `ResourceContainers
| where type =~ 'microsoft.resources/subscriptions'
| project subscriptionId, name
| order by subscriptionId asc`,
}

/** Defender for Servers: JIT needs Plan 2. */
export const licencesQuestion = {
  row: z.object({ subscriptionId: z.string(), tier: text, subPlan: text }),
  query: `SecurityResources
| where type =~ 'microsoft.security/pricings' and name =~ 'VirtualMachines'
| project subscriptionId, tier = tostring(properties.pricingTier), subPlan = tostring(properties.subPlan)
| order by subscriptionId asc`,
}

/** Only those that protect: there may be very many others. */
export const subnetsQuestion = {
  row: z.object({ subnetId: z.string() }),
  query: `Resources
| where type =~ 'microsoft.network/virtualnetworks'
| mv-expand subnet = properties.subnets
| where isnotempty(subnet.properties.networkSecurityGroup.id)
| project subnetId = tolower(tostring(subnet.id))
| order by subnetId asc`,
}

export const firewallsQuestion = {
  row: z.object({ id: z.string(), subnetId: text, firewallPolicyId: text }),
  query: `Resources
| where type =~ 'microsoft.network/azurefirewalls'
| project id = tolower(id), subnetId = tolower(tostring(properties.ipConfigurations[0].properties.subnet.id)),
    firewallPolicyId = tostring(properties.firewallPolicy.id)
| order by id asc`,
}

/** The recommendation to turn JIT on says where it cannot be. */
export const notApplicableQuestion = {
  row: z.object({ machineId: z.string(), cause: text }),
  query: `SecurityResources
| where type =~ 'microsoft.security/assessments' and name == '805651bc-6ecd-4c73-9b55-97a19d0582d0'
| where properties.status.code =~ 'NotApplicable'
| project machineId = tolower(tostring(properties.resourceDetails.Id)), cause = tostring(properties.status.cause)
| order by machineId asc`,
}
