import { ActionIcon, Button, Group, Popover, Stack, TextInput, UnstyledButton } from '@mantine/core'
import { IconCheck, IconTrash } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { failureOf, useAsk, useDo } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { Foreign } from '../parts/foreign.tsx'
import { fromSaved, isSavedAs, type MachineQuery, toSaved } from './query.ts'

interface SavedProps {
  query: MachineQuery
  onQuery: (query: MachineQuery) => void
}

/** Ways to look at the list that were given a name: one click shows it so again. */
export function SavedFilters({ query, onQuery }: SavedProps) {
  const { t } = useTranslation('machines')
  const [opened, setOpened] = useState(false)
  const filters = useAsk('machines.own', {}).data?.filters ?? []
  const current = filters.find((saved) => isSavedAs(query, saved))
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" shadow="lg" width={300} trapFocus returnFocus>
      <Popover.Target>
        <button
          type="button"
          className="chip chipMenu"
          data-saved
          data-chosen={current ? true : undefined}
          aria-haspopup="dialog"
          aria-expanded={opened}
          onClick={() => setOpened(!opened)}
        >
          {current ? <Foreign text={current.name} style={{ maxWidth: 140 }} /> : t('saved.label')}
        </button>
      </Popover.Target>
      <Popover.Dropdown p="xs" aria-label={t('saved.label')}>
        <Stack gap={8}>
          {filters.length === 0 && <p className="quiet">{t('saved.none')}</p>}
          <div className="facetValues">
            {filters.map((saved) => (
              <Group key={saved.id} wrap="nowrap" gap={4}>
                <UnstyledButton
                  className="savedFilter"
                  aria-pressed={saved === current}
                  onClick={() => {
                    onQuery(fromSaved(saved))
                    setOpened(false)
                  }}
                >
                  <Foreign text={saved.name} />
                  {saved === current && <IconCheck size={14} aria-hidden />}
                </UnstyledButton>
                <Remove id={saved.id} name={saved.name} />
              </Group>
            ))}
          </div>
          {!current && <Save query={query} />}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}

function Remove({ id, name }: { id: string; name: string }) {
  const { t } = useTranslation('machines')
  const remove = useDo('machines.removeFilter')
  return (
    <ActionIcon variant="subtle" color="gray" aria-label={t('saved.remove', { name })} onClick={() => remove.mutate({ id })}>
      <IconTrash size={14} aria-hidden />
    </ActionIcon>
  )
}

/** What is looked at now, under a name. */
function Save({ query }: { query: MachineQuery }) {
  const { t } = useTranslation(['machines', 'common'])
  const [name, setName] = useState('')
  const save = useDo('machines.saveFilter')
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault()
    if (name.trim() !== '') save.mutate({ filter: toSaved(query, crypto.randomUUID(), name.trim()) }, { onSuccess: () => setName('') })
  }
  return (
    <form onSubmit={onSubmit}>
      <Group gap={6} wrap="nowrap" align="end">
        <TextInput
          size="xs"
          style={{ flex: 1 }}
          label={t('saved.current')}
          placeholder={t('saved.name')}
          maxLength={60}
          data-autofocus
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
        />
        <Button size="xs" type="submit" loading={save.isPending} disabled={name.trim() === ''}>
          {t('common:save')}
        </Button>
      </Group>
      {save.isError && <FailureAlert failure={failureOf(save.error)} />}
    </form>
  )
}
