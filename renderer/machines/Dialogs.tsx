/** The dialogs about machines, mounted once above every view; each opening begins anew. */
import { PolicyDialog } from '../azure/PolicyDialog.tsx'
import { RulesDialog } from '../azure/RulesDialog.tsx'
import { SignInDialog } from '../azure/SignInDialog.tsx'
import { EnrolDialog } from '../challenges/EnrolDialog.tsx'
import { JoinDialog } from '../people/JoinDialog.tsx'
import { RequestForm } from '../grants/RequestForm.tsx'
import { ConfirmDialog } from './ConfirmDialog.tsx'
import { closeDialog, useDialog } from './dialog.ts'
import { ImportDialog } from './ImportDialog.tsx'
import { MachineDialog } from './MachineDialog.tsx'

export function Dialogs() {
  const shown = useDialog()
  if (!shown) return null
  const { dialog, opened, count } = shown
  const common = { opened, onClose: closeDialog }
  switch (dialog.name) {
    case 'add':
      return <MachineDialog key={count} {...common} />
    case 'edit':
      return <MachineDialog key={count} {...common} machine={dialog.machine} />
    case 'import':
      return <ImportDialog key={count} {...common} own={dialog.own === true} />
    case 'join':
      return <JoinDialog key={count} {...common} />
    case 'azure':
      return <SignInDialog key={count} {...common} again={dialog.again} />
    case 'azurePolicy':
      return <PolicyDialog key={count} {...common} machines={dialog.machines} rules={dialog.rules} onDone={dialog.onDone} />
    case 'azureRules':
      return <RulesDialog key={count} {...common} machines={dialog.machines} onDone={dialog.onDone} />
    case 'turnOn':
    case 'turnOff':
    case 'remove':
      return <ConfirmDialog key={count} {...common} dialog={dialog} />
    case 'enrol':
      return <EnrolDialog key={count} {...common} machine={dialog.machine} />
    case 'request':
      return <RequestForm key={count} {...common} machineIds={dialog.machineIds} />
  }
}
