/** The dialogs about machines, mounted once above every view. */
import { useEffect, useState } from 'react'
import { RequestForm } from '../grants/RequestForm.tsx'
import { ConfirmDialog } from './ConfirmDialog.tsx'
import { closeDialog, type Dialog, useDialog } from './dialog.ts'
import { ImportDialog } from './ImportDialog.tsx'
import { MachineDialog } from './MachineDialog.tsx'

export function Dialogs() {
  const dialog = useDialog()
  // The last one stays while it fades out.
  const [last, setLast] = useState<Dialog>()
  useEffect(() => {
    if (dialog) setLast(dialog)
  }, [dialog])
  const showing = dialog ?? last
  if (!showing) return null
  const common = { opened: dialog !== undefined, onClose: closeDialog }
  switch (showing.name) {
    case 'add':
      return <MachineDialog {...common} />
    case 'edit':
      return <MachineDialog {...common} machine={showing.machine} />
    case 'import':
      return <ImportDialog {...common} />
    case 'turnOn':
    case 'turnOff':
    case 'remove':
      return <ConfirmDialog {...common} dialog={showing} />
    case 'request':
      return <RequestForm {...common} machineIds={showing.machineIds} />
  }
}
