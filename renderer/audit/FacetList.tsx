import { Checkbox, Loader, Radio, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Foreign } from '../parts/foreign.tsx'

export interface FacetChoice {
  value: string
  label: string
  /** How many events have it; undefined where it is not counted. */
  count?: number | undefined
  /** Written by others, to be isolated. */
  isForeign?: boolean
}

interface FacetListProps {
  name: string
  choices: readonly FacetChoice[]
  chosen: readonly string[]
  /** Only one can be chosen. */
  isSingle?: boolean
  isLoading?: boolean
  /** What a chosen value is called that no event has any more; itself unless told. */
  labelOf?: (value: string) => string
  onToggle: (value: string) => void
  /** Looks for choices that are not among those that are here; told what is typed. */
  onSearch?: (text: string) => void
}

/** From so many choices on they can be searched. */
const searchedFrom = 8

/** What can be chosen for a chip, with how often it is there; what is chosen stays in sight, also when nothing has it. */
export function FacetList({ name, choices, chosen, isSingle, isLoading, labelOf, onToggle, onSearch }: FacetListProps) {
  const { t, i18n } = useTranslation('audit')
  const [text, setText] = useState('')
  const [wasLong] = useState(choices.length >= searchedFrom)
  const needle = text.trim().toLowerCase()
  const gone = chosen.filter((value) => !choices.some((choice) => choice.value === value))
  const all = [
    ...gone.map((value): FacetChoice => ({ value, label: labelOf?.(value) ?? value, count: 0, isForeign: !labelOf })),
    ...choices,
  ]
  const shown = all.filter(
    ({ label, value }) => needle === '' || label.toLowerCase().includes(needle) || value.toLowerCase().includes(needle),
  )
  const Box = isSingle ? Radio : Checkbox
  return (
    <div className="facets" data-facets={choices.length}>
      {(wasLong || choices.length >= searchedFrom || onSearch !== undefined) && (
        <TextInput
          size="xs"
          m={8}
          data-autofocus
          aria-label={t('filter.find')}
          placeholder={t('filter.find')}
          maxLength={100}
          value={text}
          onChange={({ currentTarget }) => {
            setText(currentTarget.value)
            onSearch?.(currentTarget.value)
          }}
          rightSection={isLoading ? <Loader size={12} aria-hidden /> : null}
        />
      )}
      <div className="facetChoices" role="group" aria-label={name} aria-busy={isLoading}>
        {shown.map(({ value, label, count, isForeign }) => (
          <label key={value} className="facet">
            <Box
              size="xs"
              checked={chosen.includes(value)}
              onChange={() => onToggle(value)}
              onClick={() => isSingle && chosen.includes(value) && onToggle(value)}
            />
            <span className="facetLabel">{isForeign ? <Foreign text={label} /> : label}</span>
            {count !== undefined && <span className="auditQuiet tabular">{new Intl.NumberFormat(i18n.language).format(count)}</span>}
          </label>
        ))}
        {shown.length === 0 && (
          <Text size="sm" c="dimmed" p={8}>
            {t(isLoading ? 'filter.looking' : 'filter.none')}
          </Text>
        )}
      </div>
    </div>
  )
}
