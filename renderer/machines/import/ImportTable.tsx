/** What a file would bring, row by row, as a grid that holds only what is on the screen. */
import { Checkbox, SegmentedControl, Text } from '@mantine/core'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ImportRow, ImportShow } from '../../../preload/contract.ts'
import { failureOf } from '../../door.ts'
import { FailureAlert } from '../../parts/FailureAlert.tsx'
import { Foreign } from '../../parts/foreign.tsx'
import { allNew, countChosen, isChosen, none, withOther, type Chosen } from './chosen.ts'
import { useImportRows, type RowsQuery } from './useImportRows.ts'

const rowHeight = 44
const spare = 4
const shows = ['all', 'new', 'known', 'leftOut'] as const satisfies ImportShow[]

interface TableProps {
  query: Omit<RowsQuery, 'show'>
  /** What stands where the file names no site. */
  site: string
  chosen: Chosen
  onChosen: (chosen: Chosen) => void
  onCounts: (newOnes: number) => void
}

export function ImportTable({ query, site, chosen, onChosen, onCounts }: TableProps) {
  const { t, i18n } = useTranslation('machines')
  const scroller = useRef<HTMLDivElement>(null)
  const [show, setShow] = useState<ImportShow>('all')
  const [range, setRange] = useState({ first: 0, last: 20 })
  const { head, error, row } = useImportRows({ ...query, show }, range.first, range.last)
  const newOnes = head?.counts.new
  useEffect(() => {
    if (newOnes !== undefined) onCounts(newOnes)
  }, [newOnes, onCounts])
  useEffect(() => {
    scroller.current?.scrollTo({ top: 0 })
  }, [show])

  // oxlint-disable-next-line react/incompatible-library -- what it answers is used here and nowhere else
  const rows = useVirtualizer({
    count: head?.total ?? 0,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: spare,
    onChange: ({ range: seen }) => {
      if (seen && (seen.startIndex !== range.first || seen.endIndex !== range.last))
        setRange({ first: seen.startIndex, last: seen.endIndex })
    },
  })
  const counts = head?.counts ?? { new: 0, known: 0, leftOut: 0 }
  const all = counts.new + counts.known + counts.leftOut
  const count = countChosen(chosen, counts.new)
  const number = new Intl.NumberFormat(i18n.language)
  if (error) return <FailureAlert failure={failureOf(error)} />
  return (
    <div className="importTable">
      <SegmentedControl
        size="xs"
        value={show}
        onChange={setShow}
        data={shows.map((value) => ({
          value,
          label: `${t(`import.show.${value}`)} ${number.format(value === 'all' ? all : counts[value])}`,
        }))}
      />
      <div className="importGrid" role="grid" aria-rowcount={(head?.total ?? 0) + 1} aria-label={t('import.title')}>
        <div className="importRow importHead" role="row">
          <span role="columnheader">
            <Checkbox
              size="xs"
              aria-label={t('head.all')}
              disabled={counts.new === 0}
              checked={count > 0 && count === counts.new}
              indeterminate={count > 0 && count < counts.new}
              onChange={() => onChosen(count === counts.new ? none : allNew)}
            />
          </span>
          <span role="columnheader">{t('import.lineShort')}</span>
          <span role="columnheader">{t('add.name')}</span>
          <span role="columnheader">{t('add.address')}</span>
          <span role="columnheader">{t('add.site')}</span>
          <span role="columnheader">{t('import.fate')}</span>
        </div>
        <div className="importScroll" ref={scroller} role="rowgroup" tabIndex={0} data-import-list>
          {head?.total === 0 && (
            <Text size="sm" c="dimmed" p="md">
              {t(all === 0 ? 'import.nothing' : 'import.none')}
            </Text>
          )}
          <div style={{ height: rows.getTotalSize(), position: 'relative' }} role="presentation">
            {rows.getVirtualItems().map(({ index, start }) => (
              <div
                key={index}
                className="importRow"
                role="row"
                aria-rowindex={index + 2}
                data-index={index}
                style={{ transform: `translateY(${start}px)` }}
              >
                <Cells row={row(index)} site={site} chosen={chosen} onChosen={onChosen} />
              </div>
            ))}
          </div>
        </div>
      </div>
    </div>
  )
}

type CellsProps = Pick<TableProps, 'site' | 'chosen' | 'onChosen'> & { row: ImportRow | undefined }

function Cells({ row, site, chosen, onChosen }: CellsProps) {
  const { t } = useTranslation('machines')
  if (!row) return null
  if (row.fate === 'leftOut')
    return (
      <>
        <span role="gridcell" />
        <span role="gridcell" className="importLine tabular">
          {row.line}
        </span>
        <span role="gridcell" className="importWide">
          <code>
            <Foreign text={row.text} />
          </code>
        </span>
        <span role="gridcell" className="importWhy">
          {t(`import.why.${row.why}`)}
        </span>
      </>
    )
  const { index, line, name, address, port, user, tags, ignored, fate } = row
  return (
    <>
      <span role="gridcell">
        {fate === 'new' && (
          <Checkbox
            size="xs"
            aria-label={t('row.choose', { name })}
            checked={isChosen(chosen, index)}
            onChange={() => onChosen(withOther(chosen, index))}
          />
        )}
      </span>
      <span role="gridcell" className="importLine tabular">
        {line}
      </span>
      <span role="gridcell" className="importTwo">
        <Foreign text={name} />
        {ignored.length > 0 && <small title={ignored.join(', ')}>{t('import.ignored', { what: ignored.join(', ') })}</small>}
      </span>
      <span role="gridcell" className="importTwo">
        <Foreign text={port === undefined ? address : address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`} />
        {user !== undefined && (
          <small>
            <Foreign text={user} />
          </small>
        )}
      </span>
      <span role="gridcell" className="importTwo">
        <Foreign text={row.site || site} />
        {tags.length > 0 && (
          <small>
            <Foreign text={tags.join(' · ')} />
          </small>
        )}
      </span>
      <span role="gridcell">
        <span className="state importFate" data-tone={fate === 'new' ? 'ok' : undefined}>
          {t(`import.fates.${fate}`)}
        </span>
      </span>
    </>
  )
}
