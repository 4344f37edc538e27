import { IconDeviceDesktop, IconPlugConnected, IconTerminal2 } from '@tabler/icons-react'
import type { Way } from '../../preload/contract.ts'

/** How a technician gets in, as a picture; the word stands beside it or in its tooltip. */
export function WayIcon({ way, size = 18 }: { way: Way; size?: number }) {
  switch (way) {
    case 'ssh':
      return <IconTerminal2 size={size} aria-hidden />
    case 'rdp':
      return <IconDeviceDesktop size={size} aria-hidden />
    case 'forward':
      return <IconPlugConnected size={size} aria-hidden />
  }
}
