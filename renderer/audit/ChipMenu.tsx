import { CloseButton, Popover, UnstyledButton } from '@mantine/core'
import { IconChevronDown } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'

interface ChipMenuProps {
  /** What is filtered by, and by which values; no value: by none. */
  name: string
  value: string | undefined
  onClear: () => void
  width?: number
  /** For a test or a picture to find it. */
  mark: string
  children: (close: () => void) => ReactNode
}

/** A filter as a chip: a click offers the choices, and what is chosen stands in it and goes with one click. */
export function ChipMenu({ name, value, onClear, width = 300, mark, children }: ChipMenuProps) {
  const { t } = useTranslation('audit')
  const [isOpen, setOpen] = useState(false)
  return (
    <Popover opened={isOpen} onChange={setOpen} width={width} position="bottom-start" shadow="md" trapFocus returnFocus>
      <span className="chip" data-set={value !== undefined} data-chip={mark}>
        <Popover.Target>
          <UnstyledButton className="chipName" onClick={() => setOpen((open) => !open)}>
            <span>{value === undefined ? name : `${name}:`}</span>
            {value === undefined ? <IconChevronDown size={13} aria-hidden /> : <bdi className="chipValue">{value}</bdi>}
          </UnstyledButton>
        </Popover.Target>
        {value !== undefined && (
          <CloseButton className="chipClear" size="sm" iconSize={13} aria-label={t('filter.removeOne', { name })} onClick={onClear} />
        )}
      </span>
      <Popover.Dropdown p={0} aria-label={name}>
        {isOpen && children(() => setOpen(false))}
      </Popover.Dropdown>
    </Popover>
  )
}
