import { Group, Loader, Modal, Progress, Stack, Text } from '@mantine/core'
import { type ComponentProps, type DragEvent, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Failure } from '../../preload/contract.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { show } from '../view.ts'
import { DropZone } from './import/DropZone.tsx'
import { FormatChoice } from './import/FormatChoice.tsx'
import { ImportPreviewView } from './import/ImportPreviewView.tsx'
import { ImportResult } from './import/ImportResult.tsx'
import { PasswordForm } from './import/PasswordForm.tsx'
import { useImport } from './import/useImport.ts'
import './import/import.css'

interface ImportDialogProps {
  opened: boolean
  onClose: () => void
  /** Begins with the person's own SSH config. */
  own?: boolean
}

/** Shows what another program's file would bring, and imports what is chosen of it: all or nothing (INV-6). */
export function ImportDialog({ opened, onClose, own = false }: ImportDialogProps) {
  const { t } = useTranslation('machines')
  const work = useImport()
  const { phase, importId } = work
  const [result, setResult] = useState<Omit<ComponentProps<typeof ImportResult>, 'onMore' | 'onClose'>>()
  const [over, setOver] = useState(false)
  useEffect(() => {
    if (own) void work.takeOwn()
    // Once, when the dialog opens.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [])

  const take = (file: File | undefined): void => {
    if (!file) return
    setResult(undefined)
    void work.take(file)
  }
  const begin = (): void => {
    setResult(undefined)
    work.begin()
  }
  const onDrop = (event: DragEvent): void => {
    event.preventDefault()
    setOver(false)
    take(event.dataTransfer.files[0])
  }
  const onDone: ComponentProps<typeof ImportPreviewView>['onDone'] = (done, asked) => {
    setResult({ result: done, asked })
    show({ name: 'machines' })
  }

  return (
    <Modal opened={opened} onClose={onClose} title={t('import.title')} size={940}>
      <div
        className="dropPlace"
        data-over={over || undefined}
        data-phase={result ? 'done' : phase.name}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        {content()}
      </div>
    </Modal>
  )

  function content() {
    if (result) return <ImportResult {...result} onMore={begin} onClose={onClose} />
    switch (phase.name) {
      case 'start':
        return <DropZone onFile={take} onOwn={() => void work.takeOwn()} />
      case 'sending':
      case 'reading':
        return <Waiting text={t(`import.${phase.name}`)} done={phase.name === 'sending' ? phase.done : undefined} />
      case 'asking':
        return <PasswordForm again={phase.again} onPassword={(password) => void work.tell({ password })} onCancel={begin} />
      case 'failed':
        return (
          <Stack gap="md">
            <FailureAlert failure={phase.failure} {...(work.name === undefined && { onRetry: () => void work.takeOwn() })} />
            {mayBeOther(phase.failure, work.name) && (
              <Group gap="xs">
                <Text size="sm">{t('import.readAs')}</Text>
                <FormatChoice {...(work.format && { value: work.format })} onFormat={(format) => void work.tell({ format })} />
              </Group>
            )}
            <DropZone onFile={take} onOwn={() => void work.takeOwn()} />
          </Stack>
        )
      case 'shown':
        return (
          <ImportPreviewView
            key={importId}
            importId={importId}
            preview={phase.preview}
            busy={phase.busy}
            isOwn={work.name === undefined}
            onFormat={(format) => void work.tell({ format })}
            onTable={(table) => void work.tell({ table })}
            onOther={begin}
            onClose={onClose}
            onDone={onDone}
          />
        )
    }
  }
}

/** Whether reading it as another format could help. */
const mayBeOther = (failure: Failure, name: string | undefined): boolean =>
  name !== undefined && (failure.tag === 'badFile' || (failure.tag === 'file' && failure.problem === 'unknownFormat'))

function Waiting({ text, done }: { text: string; done: number | undefined }) {
  return (
    <Stack gap="md" align="center" py="xl" role="status">
      {done === undefined ? <Loader size="sm" /> : <Progress value={done * 100} w="60%" aria-label={text} />}
      <Text size="sm" c="dimmed">
        {text}
      </Text>
    </Stack>
  )
}
