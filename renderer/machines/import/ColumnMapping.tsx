import { Select, Switch, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { CsvColumns, CsvField, ImportPreview } from '../../../preload/contract.ts'
import { Foreign } from '../../parts/foreign.tsx'

const fields = [
  'name',
  'address',
  'port',
  'user',
  'os',
  'protocol',
  'site',
  'group',
  'tags',
  'secret',
  'none',
] as const satisfies CsvField[]
/** More columns than a person looks through. */
const mostShown = 30

/** What each column of a table is taken for, with its first values; the file is read again with every change. */
export function ColumnMapping({ table, onTable }: { table: NonNullable<ImportPreview['table']>; onTable: (table: CsvColumns) => void }) {
  const { t } = useTranslation('machines')
  const set = (index: number, field: CsvField): CsvField[] =>
    table.columns.map((_, at) => (at === index ? field : (table.fields[at] ?? 'none')))
  return (
    <details className="importDetails">
      <summary>
        <Text span size="sm">
          {t('import.columns')}
        </Text>
      </summary>
      <Switch
        size="xs"
        my={8}
        label={t('import.hasHeader')}
        checked={table.hasHeader}
        onChange={({ currentTarget }) => onTable({ hasHeader: currentTarget.checked, fields: table.fields })}
      />
      <div className="importColumns">
        {table.columns.slice(0, mostShown).map(({ title, samples }, index) => (
          <Select
            // Columns have no other name that would tell them apart.
            // oxlint-disable-next-line react/no-array-index-key
            key={index}
            size="xs"
            label={<Foreign text={title || t('import.column', { number: index + 1 })} />}
            description={<Foreign text={samples.join(' · ') || '–'} />}
            data={fields.map((value) => ({ value, label: t(`import.fields.${value}`) }))}
            value={table.fields[index] ?? 'none'}
            allowDeselect={false}
            onChange={(value) => {
              const field = fields.find((each) => each === value)
              if (field) onTable({ hasHeader: table.hasHeader, fields: set(index, field) })
            }}
          />
        ))}
      </div>
    </details>
  )
}
