import { notifications } from '@mantine/notifications'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { useAsk } from '../door.ts'
import { show } from '../view.ts'

/** Goes where a deep link points: a machine's details. A link never connects. */
export function useLinks(): void {
  const { t } = useTranslation()
  const taken = useAsk('app.takeLink', {}).data
  useEffect(() => {
    if (taken?.link) show({ name: 'machines', machineId: taken.link.machineId })
    if (taken && taken.dropped > 0) notifications.show({ color: 'yellow', message: t('links.dropped', { count: taken.dropped }) })
    // Once per answer: the words may change language without the link coming again.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [taken])
}
