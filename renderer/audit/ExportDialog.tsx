import { Button, Code, Group, Modal, Radio, Select, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { AuditFilter, ExportFormat } from '../../preload/contract.ts'
import { failureOf, useAsk, useDo } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { CopyText } from './CopyText.tsx'
import { ExportState } from './ExportState.tsx'

interface ExportDialogProps {
  filter: AuditFilter
  isFiltered: boolean
  /** How many events fit, where it is known. */
  total: { count: number; isAtLeast: boolean } | undefined
  /** Whose log can be a bundle, and by which name. */
  gateways: readonly { id: string; name: string }[]
  onClose: () => void
}

const formats: readonly ExportFormat[] = ['csv', 'jsonl', 'bundle']
const verifyCommand = 'gatehouse verify FILE'

/** Writes what is filtered, or all of one log with its proof, to a file (AUD-5); and tells of the exports of this run. */
export function ExportDialog({ filter, isFiltered, total, gateways, onClose }: ExportDialogProps) {
  const { t, i18n } = useTranslation(['audit', 'common'])
  const [format, setFormat] = useState<ExportFormat>('csv')
  const [gatewayId, setGateway] = useState(filter.gatewayIds?.[0] ?? gateways[0]?.id)
  const start = useDo('audit.export')
  const exports = useAsk('audit.exports', {}, { fresh: true }).data?.exports ?? []
  const number = (value: number) => new Intl.NumberFormat(i18n.language).format(value)
  const begin = () => start.mutate({ filter, format, ...(format === 'bundle' && gatewayId !== undefined ? { gatewayId } : {}) })
  return (
    <Modal opened onClose={onClose} size="lg" title={t('export.title')}>
      <Stack gap="md">
        <Radio.Group
          aria-label={t('export.format')}
          value={format}
          onChange={(value) => setFormat(formats.find((one) => one === value) ?? 'csv')}
        >
          <Stack gap="xs">
            {formats.map((one) => (
              <Radio.Card key={one} value={one} className="exportFormat" data-format={one}>
                <Group wrap="nowrap" align="flex-start" gap="sm">
                  <Radio.Indicator mt={2} />
                  <div>
                    <Text size="sm" fw={600}>
                      {t(`export.${one}.name`)}
                    </Text>
                    <Text size="sm" c="dimmed">
                      {t(`export.${one}.text`)}
                    </Text>
                  </div>
                </Group>
              </Radio.Card>
            ))}
          </Stack>
        </Radio.Group>
        {format === 'bundle' ? (
          <Stack gap="xs">
            {gateways.length > 1 && (
              <Select
                size="xs"
                label={t('export.gateway')}
                value={gatewayId ?? null}
                allowDeselect={false}
                data={gateways.map(({ id, name }) => ({ value: id, label: name }))}
                onChange={(value) => setGateway(value ?? undefined)}
              />
            )}
            <Text size="sm">{t('export.bundle.all')}</Text>
            <Group gap="xs">
              <Code>{verifyCommand}</Code>
              <CopyText text={verifyCommand} label={t('copyCommand')} />
            </Group>
          </Stack>
        ) : (
          <Text size="sm" data-export-scope>
            {total === undefined
              ? t('export.scopeUnknown')
              : t(total.isAtLeast ? 'export.scopeAtLeast' : isFiltered ? 'export.scopeFiltered' : 'export.scopeAll', {
                  count: total.count,
                  number: number(total.count),
                })}
          </Text>
        )}
        {start.isError && <FailureAlert failure={failureOf(start.error)} onRetry={begin} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('common:close')}
          </Button>
          <Button onClick={begin} loading={start.isPending} data-export-start>
            {t('export.start')}
          </Button>
        </Group>
        {exports.length > 0 && (
          <section aria-label={t('export.list')}>
            <Text size="sm" fw={600} mb={4}>
              {t('export.list')}
            </Text>
            <ul className="exports">
              {exports.map((one) => (
                <ExportState key={one.id} one={one} />
              ))}
            </ul>
          </section>
        )}
      </Stack>
    </Modal>
  )
}
