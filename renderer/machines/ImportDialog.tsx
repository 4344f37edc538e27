import { Button, Checkbox, FileButton, Group, Modal, Skeleton, Stack, Table, Text, TextInput } from '@mantine/core'
import { type DragEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Failure, Input } from '../../preload/contract.ts'
import { failureOf, useAsk, useDo } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { Foreign } from '../parts/foreign.tsx'
import { GatewayChoice } from '../people/GatewayChoice.tsx'
import { tellDone } from '../parts/tell.ts'
import { show } from '../view.ts'
import { LeftOut } from './LeftOut.tsx'

const mostBytes = 2_000_000

/** Shows what an OpenSSH config would bring, and imports what is chosen of it: all or nothing (INV-6). */
export function ImportDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation(['machines', 'common'])
  const [asked, setAsked] = useState<Input<'machines.previewSshConfig'>>({})
  const found = useAsk('machines.previewSshConfig', asked, { enabled: opened, fresh: true })
  const preview = found.data
  const [fault, setFault] = useState<Failure>()
  const failure = fault ?? (found.isError ? failureOf(found.error) : undefined)
  // Until the person chooses: what is not there yet.
  const [picked, setPicked] = useState<ReadonlySet<number>>()
  const chosen = picked ?? new Set(preview?.entries.flatMap(({ fate }, index) => (fate === 'new' ? [index] : [])))
  const [site, setSite] = useState('')
  const [gatewayId, setGatewayId] = useState<string>()
  const [turnOnJit, setTurnOn] = useState(true)
  const [over, setOver] = useState(false)
  const take = useDo('machines.importSshConfig')

  const read = async (file: File | null | undefined): Promise<void> => {
    if (!file) return
    const text = file.size > mostBytes ? '' : await file.text()
    const problem = file.size > mostBytes ? 'tooLarge' : text.includes('\0') ? 'notText' : undefined
    setFault(problem && { tag: 'file', path: file.name, problem })
    if (problem) return
    setPicked(undefined)
    take.reset()
    setAsked({ text, name: file.name.slice(0, 255) })
  }
  const retry = async (): Promise<void> => {
    setFault(undefined)
    await found.refetch()
  }
  const onDrop = (event: DragEvent): void => {
    event.preventDefault()
    setOver(false)
    void read(event.dataTransfer.files[0])
  }
  const onImport = async (): Promise<void> => {
    if (!preview) return
    const entries = preview.entries
      .filter((_, index) => chosen.has(index))
      .map(({ alias, address, port, user }) => ({ alias, address, port, ...(user === undefined ? {} : { user }) }))
    try {
      const { added, known } = await take.mutateAsync({
        entries,
        site: site.trim(),
        turnOnJit,
        ...(gatewayId === undefined ? {} : { gatewayId }),
      })
      onClose()
      show({ name: 'machines' })
      tellDone(known === 0 ? t('import.done', { count: added }) : t('import.doneKnown', { count: added, known }))
    } catch {
      // Shown below, from the mutation.
    }
  }
  const all = preview !== undefined && preview.entries.length > 0 && chosen.size === preview.entries.length

  return (
    <Modal opened={opened} onClose={onClose} title={t('import.title')} size={820}>
      <Stack
        gap="md"
        className="dropPlace"
        data-over={over || undefined}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        <Group justify="space-between" wrap="nowrap">
          <Text size="sm" c="dimmed" style={{ minWidth: 0 }}>
            {preview ? <Foreign text={preview.source} /> : !failure && t('import.text')}
          </Text>
          <FileButton onChange={(file) => void read(file)} inputProps={{ 'aria-label': t('import.otherFile') }}>
            {(props) => (
              <Button {...props} variant="default" size="xs">
                {t('import.otherFile')}
              </Button>
            )}
          </FileButton>
        </Group>
        {failure && <FailureAlert failure={failure} onRetry={() => void retry()} />}
        {!preview && !failure && <Skeleton height={180} />}
        {preview?.entries.length === 0 && <Text size="sm">{t('import.nothing')}</Text>}
        {preview && preview.entries.length > 0 && (
          <div className="importTable" tabIndex={0} role="region" aria-label={t('import.title')}>
            <Table stickyHeader verticalSpacing={6}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th w={36}>
                    <Checkbox
                      size="xs"
                      aria-label={t('head.all')}
                      checked={all}
                      indeterminate={!all && chosen.size > 0}
                      onChange={() => setPicked(new Set(all ? [] : preview.entries.keys()))}
                    />
                  </Table.Th>
                  <Table.Th>{t('add.name')}</Table.Th>
                  <Table.Th>{t('add.address')}</Table.Th>
                  <Table.Th>{t('add.user')}</Table.Th>
                  <Table.Th>{t('import.fate')}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {preview.entries.map((entry, index) => (
                  <Table.Tr key={`${entry.line}-${entry.alias}`}>
                    <Table.Td>
                      <Checkbox
                        size="xs"
                        aria-label={t('row.choose', { name: entry.alias })}
                        checked={chosen.has(index)}
                        onChange={({ currentTarget }) => {
                          const next = new Set(chosen)
                          if (currentTarget.checked) next.add(index)
                          else next.delete(index)
                          setPicked(next)
                        }}
                      />
                    </Table.Td>
                    <Table.Td className="importCell">
                      <Foreign text={entry.alias} />
                    </Table.Td>
                    <Table.Td className="importCell">
                      <Foreign text={entry.port === 22 ? entry.address : `${entry.address}:${entry.port}`} />
                    </Table.Td>
                    <Table.Td className="importCell">{entry.user !== undefined && <Foreign text={entry.user} />}</Table.Td>
                    <Table.Td>
                      <span className="state" data-tone={entry.fate === 'new' ? 'ok' : undefined}>
                        {t(`import.fates.${entry.fate}`)}
                      </span>
                      {entry.ignored.length > 0 && (
                        <Text size="xs" c="dimmed" mt={2}>
                          {t('import.ignored', { what: entry.ignored.join(', ') })}
                        </Text>
                      )}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
        )}
        {preview && <LeftOut lines={preview.leftOut} />}
        <GatewayChoice value={gatewayId} onChange={setGatewayId} />
        <Group align="end" gap="md">
          <TextInput
            label={t('import.site')}
            placeholder={t('add.sitePlaceholder')}
            value={site}
            maxLength={200}
            onChange={({ currentTarget }) => setSite(currentTarget.value)}
            style={{ flex: 1 }}
          />
          <Checkbox label={t('add.turnOn')} checked={turnOnJit} onChange={({ currentTarget }) => setTurnOn(currentTarget.checked)} mb={8} />
        </Group>
        {take.isError && <FailureAlert failure={failureOf(take.error)} onRetry={() => void onImport()} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('common:cancel')}
          </Button>
          <Button disabled={chosen.size === 0} loading={take.isPending} onClick={() => void onImport()} data-autofocus>
            {t('import.do', { count: chosen.size })}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
