import './audit.css'
import { Button, Center, Group, Loader, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconDownload } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { AuditFilter, AuditPage, AuditRow } from '../../preload/contract.ts'
import { call, failureOf } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { AuditDays } from './AuditDays.tsx'
import { AuditDrawer } from './AuditDrawer.tsx'
import { AuditFilters } from './AuditFilters.tsx'
import { LogShields } from './LogShields.tsx'
import { byDay, type ChosenFilter, isFiltered, noFilter, toFilter } from './auditFilter.ts'
import { useExport } from './useExport.tsx'

const pageRows = 100

function useAuditPages(filter: AuditFilter) {
  return useInfiniteQuery<AuditPage, Error, { pages: AuditPage[] }, readonly unknown[], number | undefined>({
    queryKey: ['audit.list', 'pages', filter],
    queryFn: ({ pageParam }) => call('audit.list', { filter, limit: pageRows, ...(pageParam === undefined ? {} : { before: pageParam }) }),
    initialPageParam: undefined,
    getNextPageParam: (page) => page.next,
    placeholderData: (before) => before,
  })
}

/** What happened, newest first (AUD-1). `machineId` and `grantId` are the first filter; they can be taken away. */
export function AuditView({ machineId, grantId }: { machineId?: string; grantId?: string }) {
  const { t } = useTranslation('audit')
  const [chosen, setChosen] = useState<ChosenFilter>(() => ({
    ...noFilter,
    machine: machineId === undefined ? undefined : { id: machineId },
    grantId,
  }))
  const [sinceMs, setSinceMs] = useState(() => Date.now())
  const [text] = useDebouncedValue(chosen.text, 250)
  const filter = useMemo(() => toFilter({ ...chosen, text }, sinceMs), [chosen, text, sinceMs])
  const pages = useAuditPages(filter)
  const [open, setOpen] = useState<AuditRow>()
  const exporting = useExport()
  const rows = useMemo(() => pages.data?.pages.flatMap((page) => page.rows) ?? [], [pages.data])
  const days = useMemo(() => byDay(rows), [rows])

  const change = (next: ChosenFilter) => {
    if (next.span !== chosen.span) setSinceMs(Date.now())
    setChosen(next)
  }
  // A filter that came from elsewhere knows only an id; the rows know the name.
  const machine = chosen.machine && { ...chosen.machine, name: chosen.machine.name ?? rows[0]?.machineName }

  return (
    <div className="view" style={{ paddingInline: 0 }}>
      <Stack gap="md" px={24}>
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <Stack gap={2}>
            <Title order={2} fz="xl">
              {t('title')}
            </Title>
            <Text size="sm" c="dimmed">
              {t('subtitle')}
            </Text>
            <LogShields />
          </Stack>
          <Button
            variant="default"
            size="sm"
            leftSection={<IconDownload size={16} aria-hidden />}
            loading={exporting.isExporting}
            disabled={rows.length === 0}
            onClick={() => exporting.exportCsv(toFilter(chosen, sinceMs))}
            data-export
          >
            {t('export')}
          </Button>
        </Group>
        <AuditFilters filter={{ ...chosen, machine }} onChange={change} />
      </Stack>
      <div style={{ flex: 1, minHeight: 0, overflow: 'auto', padding: '0 12px 24px' }} data-audit>
        {pages.isPending && <Loading />}
        {pages.error && (
          <div style={{ padding: 12 }}>
            <FailureAlert failure={failureOf(pages.error)} onRetry={() => void pages.refetch()} />
          </div>
        )}
        {pages.data && rows.length === 0 && <Nothing isFiltered={isFiltered(chosen)} />}
        <AuditDays days={days} chosenSeq={open?.seq} onOpen={setOpen} />
        {rows.length > 0 && (
          <More hasMore={pages.hasNextPage} isLoading={pages.isFetchingNextPage} onSeen={() => void pages.fetchNextPage()} />
        )}
      </div>
      {open && (
        <AuditDrawer
          row={open}
          onClose={() => setOpen(undefined)}
          onOnlyGrant={(only) => {
            setOpen(undefined)
            setChosen({ ...noFilter, grantId: only })
          }}
          onOnlyMachine={(only) => {
            setOpen(undefined)
            setChosen({ ...noFilter, machine: only })
          }}
        />
      )}
    </div>
  )
}

function Loading() {
  const { t } = useTranslation('audit')
  return (
    <Stack gap={8} p="md" aria-busy aria-label={t('loading')}>
      {[0, 1, 2, 3, 4, 5, 6, 7].map((line) => (
        <Skeleton key={line} h={32} />
      ))}
    </Stack>
  )
}

function Nothing({ isFiltered: filtered }: { isFiltered: boolean }) {
  const { t } = useTranslation('audit')
  return (
    <Center py={96}>
      <Stack align="center" gap={4}>
        <Text fw={600}>{t(filtered ? 'emptyFiltered' : 'empty')}</Text>
        <Text size="sm" c="dimmed">
          {t(filtered ? 'emptyFilteredBody' : 'emptyBody')}
        </Text>
      </Stack>
    </Center>
  )
}

/** The end of what is loaded: asks for the next page when it comes into sight. */
function More({ hasMore, isLoading, onSeen }: { hasMore: boolean; isLoading: boolean; onSeen: () => void }) {
  const { t } = useTranslation('audit')
  const mark = useRef<HTMLDivElement>(null)
  const seen = useRef(onSeen)
  useEffect(() => {
    seen.current = onSeen
  })
  useEffect(() => {
    if (!mark.current || !hasMore || isLoading) return
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && seen.current(), { rootMargin: '600px' })
    observer.observe(mark.current)
    return () => observer.disconnect()
  }, [hasMore, isLoading])
  return (
    <Center ref={mark} py="md">
      {isLoading ? (
        <Group gap="xs">
          <Loader size={14} aria-hidden />
          <Text size="sm" c="dimmed">
            {t('more')}
          </Text>
        </Group>
      ) : (
        !hasMore && (
          <Text size="sm" c="dimmed">
            {t('end')}
          </Text>
        )
      )}
    </Center>
  )
}
