import {
  IconActivity,
  IconDoor,
  IconFileExport,
  IconFingerprint,
  IconKey,
  IconLink,
  IconMovie,
  IconPlugConnectedX,
  IconServer2,
  IconServerCog,
  IconShieldCheck,
  IconShieldCog,
  IconTerminal2,
} from '@tabler/icons-react'
import { createElement } from 'react'
import type { AuditRow } from '../../preload/contract.ts'

const icons = new Map([
  ['grant', IconKey],
  ['gate', IconDoor],
  ['session', IconTerminal2],
  ['connect', IconPlugConnectedX],
  ['recording', IconMovie],
  ['hostKey', IconFingerprint],
  ['certificate', IconFingerprint],
  ['machine', IconServer2],
  ['policy', IconShieldCog],
  ['gateway', IconServerCog],
  ['audit', IconFileExport],
  ['link', IconLink],
  ['log', IconShieldCheck],
])

/** An event's topic as a picture, coloured by its outcome; both are in words beside it. */
export function AuditIcon({ action, outcome, size = 17 }: Pick<AuditRow, 'action' | 'outcome'> & { size?: number }) {
  const icon = icons.get(action.split('.', 1)[0] ?? '') ?? IconActivity
  return (
    <span className="auditIcon" data-outcome={outcome}>
      {createElement(icon, { size, stroke: 1.75, 'aria-hidden': true })}
    </span>
  )
}
