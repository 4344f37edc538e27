import { Button, FileButton, Group, Text } from '@mantine/core'
import { IconFileImport } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'

/** Where a file is dropped or chosen, or the person's own config is asked for. */
export function DropZone({ onFile, onOwn }: { onFile: (file: File) => void; onOwn: () => void }) {
  const { t } = useTranslation('machines')
  return (
    <div className="dropZone">
      <IconFileImport size={40} stroke={1.25} aria-hidden />
      <Text fw={550}>{t('import.drop')}</Text>
      <Group gap="xs" justify="center">
        <FileButton onChange={(file) => file && onFile(file)} inputProps={{ 'aria-label': t('import.choose') }}>
          {(props) => (
            <Button {...props} data-autofocus>
              {t('import.choose')}
            </Button>
          )}
        </FileButton>
        <Text size="sm" c="dimmed">
          {t('import.or')}
        </Text>
        <Button variant="default" onClick={onOwn}>
          {t('import.own')}
        </Button>
      </Group>
      <Text size="sm" c="dimmed" maw={560} ta="center">
        {t('import.takes')}
      </Text>
    </div>
  )
}
