import { Button, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useTranslation } from 'react-i18next'
import type { AuditFilter } from '../../preload/contract.ts'
import { call, useDo } from '../door.ts'
import { tellFailure } from '../parts/tell.ts'
import { useFailureText } from '../parts/useFailureText.ts'

/** Writes what the filter shows as CSV, and tells where it is. */
export function useExport(): { exportCsv: (filter: AuditFilter) => void; isExporting: boolean } {
  const failureWords = useFailureText()
  const exporting = useDo('audit.exportCsv')
  return {
    isExporting: exporting.isPending,
    exportCsv: (filter) =>
      exporting.mutate(
        { filter },
        {
          onSuccess: ({ path, rows }) => {
            // Without a path the person chose no place: nothing was written, nothing is to be said.
            if (path !== undefined) tellExported(path, rows)
          },
          onError: (error) => tellFailure(error, failureWords),
        },
      ),
  }
}

function tellExported(path: string, rows: number): void {
  notifications.show({
    color: 'teal',
    autoClose: 15_000,
    role: 'status',
    title: <ExportTitle />,
    message: <Exported path={path} rows={rows} />,
  })
}

function ExportTitle() {
  return useTranslation('audit').t('exportDone')
}

function Exported({ path, rows }: { path: string; rows: number }) {
  const { t } = useTranslation('audit')
  return (
    <Stack gap={6} align="flex-start" data-exported={rows}>
      <Text size="sm">{t('exported', { count: rows })}</Text>
      <Text size="sm" ff="monospace" style={{ overflowWrap: 'anywhere' }} data-path>
        <bdi>{path}</bdi>
      </Text>
      <Button size="compact-xs" variant="default" onClick={() => void call('app.copyText', { text: path }).catch(() => undefined)}>
        {t('copyPath')}
      </Button>
    </Stack>
  )
}
