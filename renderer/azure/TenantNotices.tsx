import { Button } from '@mantine/core'
import { IconLogin2 } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { openDialog } from '../machines/dialog.ts'
import { isolate } from '../parts/foreign.tsx'
import { useTenants } from './useTenants.ts'

/** Above the list: tenants whose machines are only to be looked at until somebody signs in again. */
export function TenantNotices() {
  const { t } = useTranslation('azure')
  return useTenants()
    .filter(({ state }) => state === 'signInNeeded')
    .map((tenant) => (
      <div key={tenant.id} className="heldNotice" role="status" data-sign-in-needed={tenant.id}>
        <IconLogin2 size={18} aria-hidden />
        <div>
          <strong>{t('notice.title', { name: isolate(tenant.name) })}</strong>
          <p>{t('notice.text')}</p>
        </div>
        <Button size="xs" onClick={() => openDialog({ name: 'azure', again: tenant })}>
          {t('signInAgain')}
        </Button>
      </div>
    ))
}
