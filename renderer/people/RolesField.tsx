import { Checkbox, Stack } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Role } from '../../preload/contract.ts'

const roles: readonly Role[] = ['viewer', 'requester', 'approver', 'policyAdmin', 'gatewayAdmin']

const isRole = (text: string): text is Role => roles.some((role) => role === text)

/** POL-5: reading, requesting, approving and configuring are separate. */
export function RolesField({ value, onChange }: { value: readonly Role[]; onChange: (roles: Role[]) => void }) {
  const { t } = useTranslation('people')
  return (
    <Checkbox.Group label={t('field.roles')} value={[...value]} onChange={(next) => onChange(next.filter(isRole))}>
      <Stack gap={8} mt={6}>
        {roles.map((role) => (
          <Checkbox key={role} value={role} label={t(`roles.${role}`)} description={t(`rolesLong.${role}`)} />
        ))}
      </Stack>
    </Checkbox.Group>
  )
}
