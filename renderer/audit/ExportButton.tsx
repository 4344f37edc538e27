import { Button } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { AuditExport } from '../../preload/contract.ts'
import { useAsk } from '../door.ts'
import { ExportDialog } from './ExportDialog.tsx'
import { type ChosenFilter, isFiltered, toFilter } from './chosenFilter.ts'
import { useOverview } from './useOverview.ts'

interface ExportButtonProps {
  filter: ChosenFilter
  gateways: readonly { id: string; name: string }[]
  isDisabled: boolean
}

/** Opens the exports; tells how far one is that goes on without its dialog. */
export function ExportButton({ filter, gateways, isDisabled }: ExportButtonProps) {
  const { t, i18n } = useTranslation('audit')
  const [isOpen, setOpen] = useState(false)
  const exports = useAsk('audit.exports', {}).data?.exports ?? []
  const running = exports.filter(({ state }) => state === 'running')
  const part = partOf(running)
  const percent = new Intl.NumberFormat(i18n.language, { style: 'percent' })
  return (
    <>
      <Button
        variant="default"
        size="xs"
        leftSection={<IconDownload size={15} aria-hidden />}
        disabled={isDisabled}
        onClick={() => setOpen(true)}
        data-export-open
      >
        {running.length === 0
          ? t('export.button')
          : part === undefined
            ? t('export.isRunning')
            : t('export.runningPart', { part: percent.format(part) })}
      </Button>
      {isOpen && <Counted filter={filter} gateways={gateways} onClose={() => setOpen(false)} />}
    </>
  )
}

/** Undefined where one of them does not know how much is to come. */
function partOf(running: readonly AuditExport[]): number | undefined {
  const of = running.reduce((all, one) => all + (one.of ?? Number.NaN), 0)
  return of > 0 ? running.reduce((all, { rows }) => all + rows, 0) / of : undefined
}

/** The dialog, told how many events fit. */
function Counted({ filter, gateways, onClose }: { filter: ChosenFilter; gateways: ExportButtonProps['gateways']; onClose: () => void }) {
  const asked = toFilter(filter)
  const overview = useOverview(asked, 10, true).data
  return (
    <ExportDialog
      filter={asked}
      isFiltered={isFiltered(filter)}
      total={overview && { count: overview.total, isAtLeast: overview.isAtLeast }}
      gateways={gateways}
      onClose={onClose}
    />
  )
}
