import type { Provider, ProviderMachine } from '../../../../main/providers/provider.ts'

/** All of the inventory, page after page. */
export async function machinesOf(provider: Provider): Promise<ProviderMachine[]> {
  const machines: ProviderMachine[] = []
  let cursor: string | undefined
  for (let more = true; more;) {
    const page = await provider.machines(cursor)
    machines.push(...page.machines)
    ;({ cursor, more } = page)
  }
  return machines
}
