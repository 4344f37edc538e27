import { Modal } from '@mantine/core'

/** Asks for access to one or several machines (REQ-1). */
export function RequestForm({ machineIds, opened, onClose }: { machineIds: readonly string[]; opened: boolean; onClose: () => void }) {
  return <Modal opened={opened} onClose={onClose} title={machineIds.length} />
}
