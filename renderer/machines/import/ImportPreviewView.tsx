/** What was read, and what of it is imported, how and where to. */
import { Button, Checkbox, Group, Loader, Select, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { CsvColumns, ImportFormat, ImportGroups, ImportPreview, Input, OperatingSystem, Output } from '../../../preload/contract.ts'
import { failureOf, useDo } from '../../door.ts'
import { FailureAlert } from '../../parts/FailureAlert.tsx'
import { Foreign } from '../../parts/foreign.tsx'
import { GatewayChoice } from '../../people/GatewayChoice.tsx'
import { allNew, countChosen, type Chosen } from './chosen.ts'
import { ColumnMapping } from './ColumnMapping.tsx'
import { FormatChoice } from './FormatChoice.tsx'
import { ImportTable } from './ImportTable.tsx'

const groupings = ['site', 'tags', 'none'] as const satisfies ImportGroups[]
const systems = ['windows', 'linux', 'macos', 'other'] as const satisfies OperatingSystem[]

interface PreviewProps {
  importId: string
  preview: ImportPreview
  /** It is being read again. */
  busy: boolean
  /** It is the person's own SSH config, which is nothing else. */
  isOwn: boolean
  /** Reads the file again, as something else. */
  onFormat: (format: ImportFormat) => void
  onTable: (table: CsvColumns) => void
  onOther: () => void
  onClose: () => void
  onDone: (result: Output<'machines.import'>, asked: Input<'machines.import'>) => void
}

export function ImportPreviewView({ importId, preview, busy, isOwn, onFormat, onTable, onOther, onClose, onDone }: PreviewProps) {
  const { t } = useTranslation(['machines', 'common'])
  const [choice, setChoice] = useState<{ of: ImportPreview; chosen: Chosen }>({ of: preview, chosen: allNew })
  // Another reading has other machines in other places.
  const chosen = choice.of === preview ? choice.chosen : allNew
  const [newOnes, setNewOnes] = useState(0)
  const [groups, setGroups] = useState<ImportGroups>('site')
  const [site, setSite] = useState('')
  const [os, setOs] = useState<OperatingSystem>('linux')
  const [gatewayId, setGatewayId] = useState<string>()
  const [turnOnJit, setTurnOn] = useState(true)
  const take = useDo('machines.import')
  const gateway = gatewayId === undefined ? {} : { gatewayId }
  const count = countChosen(chosen, newOnes)
  const onImport = (): void => {
    const except = [...chosen.except]
    const asked = { importId, groups, site: site.trim(), os, turnOnJit, chosen: { from: chosen.from, except }, ...gateway }
    take.mutate(asked, { onSuccess: (result) => onDone(result, asked) })
  }
  const hasGroups = preview.format !== 'sshConfig' && preview.format !== 'rdpFile'
  return (
    <Stack gap="sm">
      <Group justify="space-between" wrap="nowrap" gap="md">
        <Text size="sm" fw={550} style={{ minWidth: 0 }}>
          <Foreign text={preview.source} />
        </Text>
        <Group gap="xs" wrap="nowrap">
          {busy && <Loader size="xs" />}
          <FormatChoice value={preview.format} disabled={busy || isOwn} onFormat={onFormat} />
          <Button variant="default" size="xs" onClick={onOther}>
            {t('import.otherFile')}
          </Button>
        </Group>
      </Group>
      <Notes preview={preview} />
      {preview.table && <ColumnMapping table={preview.table} onTable={onTable} />}
      <ImportTable
        query={{ importId, groups, ...gateway }}
        site={site.trim()}
        chosen={chosen}
        onChosen={(next) => setChoice({ of: preview, chosen: next })}
        onCounts={setNewOnes}
      />
      <div className="importChoices">
        {hasGroups && (
          <Select
            label={t('import.groups')}
            data={groupings.map((value) => ({ value, label: t(`import.groupsAs.${value}`) }))}
            value={groups}
            allowDeselect={false}
            onChange={(value) => setGroups(groupings.find((each) => each === value) ?? 'site')}
          />
        )}
        <TextInput
          label={t('import.site')}
          placeholder={t('add.sitePlaceholder')}
          value={site}
          maxLength={200}
          onChange={({ currentTarget }) => setSite(currentTarget.value)}
        />
        {preview.unknownSystems > 0 && (
          <Select
            label={t('import.os')}
            data={systems.map((value) => ({ value, label: t(`os.${value}`) }))}
            value={os}
            allowDeselect={false}
            onChange={(value) => setOs(systems.find((each) => each === value) ?? 'linux')}
          />
        )}
        <GatewayChoice value={gatewayId} onChange={setGatewayId} />
      </div>
      {take.isError && <FailureAlert failure={failureOf(take.error)} onRetry={onImport} />}
      <Group justify="space-between" gap="xs">
        <Checkbox label={t('add.turnOn')} checked={turnOnJit} onChange={({ currentTarget }) => setTurnOn(currentTarget.checked)} />
        <Group gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('common:cancel')}
          </Button>
          <Button disabled={count === 0 || busy} loading={take.isPending} onClick={onImport} data-autofocus>
            {t('import.do', { count })}
          </Button>
        </Group>
      </Group>
    </Stack>
  )
}

/** What was seen and is not taken: passwords never, and settings that are not a machine's. */
function Notes({ preview: { secrets, dropped } }: Pick<PreviewProps, 'preview'>) {
  const { t } = useTranslation('machines')
  if (secrets === 0 && dropped.length === 0) return null
  return (
    <div className="importNotes">
      {secrets > 0 && <Text size="sm">{t('import.secrets', { count: secrets })}</Text>}
      {dropped.length > 0 && (
        <details className="importDetails">
          <summary>
            <Text span size="sm">
              {t('import.dropped', { count: dropped.length })}
            </Text>
          </summary>
          <ul>
            {dropped.map(({ what, count }) => (
              <li key={what}>
                <code>
                  <Foreign text={what} />
                </code>
                <span>{t('import.times', { count })}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  )
}
