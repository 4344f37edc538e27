import type { OperatingSystem } from '../../preload/contract.ts'

/** What "Turn JIT on" opens by default (POL-1), to be shown before the click; main decides. */
export function defaultPort(os: OperatingSystem): number {
  return os === 'windows' ? 3389 : 22
}

export const defaultMaximum = 'PT3H'

/** Names that people know ports by. */
export const knownPorts: Readonly<Record<number, string>> = { 22: 'SSH', 3389: 'RDP', 5985: 'WinRM HTTP', 5986: 'WinRM HTTPS' }

export const portName = (port: number): string => (knownPorts[port] ? `${port} ${knownPorts[port]}` : String(port))
