import { Select } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { ImportFormat } from '../../../preload/contract.ts'

const formats = ['sshConfig', 'mremoteng', 'rdcman', 'rdpFile', 'csv', 'ansible'] as const satisfies ImportFormat[]

/** What the file is read as; its content is what is believed until somebody knows better. */
export function FormatChoice({
  value,
  disabled,
  onFormat,
}: {
  value?: ImportFormat
  disabled?: boolean
  onFormat: (format: ImportFormat) => void
}) {
  const { t } = useTranslation('machines')
  return (
    <Select
      size="xs"
      w={190}
      aria-label={t('import.format')}
      placeholder={t('import.format')}
      data={formats.map((format) => ({ value: format, label: t(`import.formats.${format}`) }))}
      value={value ?? null}
      allowDeselect={false}
      disabled={disabled === true}
      onChange={(chosen) => {
        const format = formats.find((each) => each === chosen)
        if (format && format !== value) onFormat(format)
      }}
    />
  )
}
