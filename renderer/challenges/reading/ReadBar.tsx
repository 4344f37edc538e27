/** Where a code comes from: the screen, a picture, the clipboard, or typed by hand. Drops and pastes are taken anywhere while this is on the page. */
import './reading.css'
import { Button, FileButton, Group, Kbd, Stack, Text, TextInput } from '@mantine/core'
import { IconPhoto, IconScreenShare } from '@tabler/icons-react'
import { useState, useSyncExternalStore, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { AreaPicker } from './AreaPicker.tsx'
import { reading } from './reader.ts'
import { ReadingNotice } from './ReadingNotice.tsx'
import { useDropAndPaste } from './useDropAndPaste.ts'
import { pictureTypes } from './pictureFile.ts'

export function ReadBar() {
  const { t } = useTranslation('reading')
  const state = useSyncExternalStore(reading.subscribe, reading.state)
  const [typed, setTyped] = useState('')
  const isOver = useDropAndPaste()
  const isBusy = state.at === 'picking' || state.at === 'looking' || state.at === 'decoding'

  const submit = (): void => {
    if (typed.trim() === '') return
    void reading.fromText(typed, 'typed')
    setTyped('')
  }
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') submit()
  }
  return (
    <section className="readBar" aria-label={t('title')} data-over={isOver || undefined} data-read-bar>
      <Stack gap="xs">
        <Group gap="xs" wrap="wrap">
          <Button
            leftSection={<IconScreenShare size={16} aria-hidden />}
            disabled={isBusy}
            onClick={() => void reading.fromScreen()}
            aria-keyshortcuts="Alt+Shift+R"
            title={`${t('screenHint')} (Alt+Shift+R)`}
          >
            {t('screen')}
          </Button>
          <FileButton accept={pictureTypes.join(',')} onChange={(file) => file && void reading.fromPicture(file, 'image')}>
            {(props) => (
              <Button variant="default" leftSection={<IconPhoto size={16} aria-hidden />} disabled={isBusy} {...props}>
                {t('image')}
              </Button>
            )}
          </FileButton>
          <TextInput
            className="readTyped"
            aria-label={t('typed')}
            placeholder={t('typedExample')}
            value={typed}
            maxLength={400}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => setTyped(event.currentTarget.value)}
            onKeyDown={onKey}
          />
          <Button variant="default" disabled={typed.trim() === '' || isBusy} onClick={submit}>
            {t('read')}
          </Button>
        </Group>
        <Text size="xs" c="dimmed">
          <Kbd size="xs">Ctrl V</Kbd> {t('pasteHint')}
        </Text>
        <ReadingNotice state={state} />
        {state.at === 'pointing' && <AreaPicker state={state} />}
      </Stack>
    </section>
  )
}
