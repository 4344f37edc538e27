/** A rule of policy, without the gateway that the fixture brings: for tests that need no more. */
export function tcpRule(port: number, maxDuration = 'PT3H', sources: string[] = []) {
  return { port, protocol: 'tcp' as const, sources, maxDuration }
}
