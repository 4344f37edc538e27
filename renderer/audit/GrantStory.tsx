/** One access from its request to its end: what each step came to, and every event in the log's order. */
import { Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core'
import { IconArrowLeft, IconCheck, IconMinus, IconX } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { AuditPage, AuditRow } from '../../preload/contract.ts'
import { call, failureOf } from '../door.ts'
import { durationText } from '../grants/durations.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { isolate } from '../parts/foreign.tsx'
import { exactText, momentText } from '../parts/time.ts'
import { pageRows } from './rowPages.ts'
import { type StoryStep, toStory } from './story.ts'
import { StoryEvents } from './StoryEvents.tsx'

interface GrantStoryProps {
  grantId: string
  openId: string | undefined
  onOpen: (row: AuditRow, byKey: boolean) => void
  onBack: () => void
}

/** An access has some dozens of events; pages beyond these are asked for by a click. */
function useGrantEvents(grantId: string) {
  return useInfiniteQuery<AuditPage, Error, { pages: AuditPage[] }, readonly unknown[], string | undefined>({
    queryKey: ['audit.list', 'grant', grantId],
    queryFn: ({ pageParam }) =>
      call('audit.list', {
        filter: { grantId },
        limit: pageRows,
        descending: false,
        ...(pageParam === undefined ? {} : { before: pageParam }),
      }),
    initialPageParam: undefined,
    getNextPageParam: (page) => page.next,
  })
}

export function GrantStory({ grantId, openId, onOpen, onBack }: GrantStoryProps) {
  const { t, i18n } = useTranslation('audit')
  const pages = useGrantEvents(grantId)
  const title = useRef<HTMLHeadingElement>(null)
  const rows = pages.data?.pages.flatMap((page) => page.rows) ?? []
  const story = toStory(rows)
  useEffect(() => title.current?.focus(), [])
  return (
    <div className="story" data-grant-story={grantId}>
      <Group gap="sm" wrap="nowrap" align="flex-start">
        <Button variant="default" size="xs" leftSection={<IconArrowLeft size={14} aria-hidden />} onClick={onBack} data-story-back>
          {t('story.back')}
        </Button>
        <Stack gap={2} miw={0}>
          <Title order={3} fz="lg" ref={title} tabIndex={-1}>
            {story
              ? t('story.title', {
                  who: isolate(story.requestedBy ?? ''),
                  machine: isolate(story.machine?.name ?? story.machine?.id ?? ''),
                })
              : t('story.label')}
          </Title>
          {story && (
            <Text size="sm" c="dimmed">
              {[
                <time
                  key="at"
                  dateTime={new Date(story.startMs).toISOString()}
                  title={exactText(new Date(story.startMs).toISOString(), i18n.language)}
                >
                  {momentText(new Date(story.startMs).toISOString(), i18n.language)}
                </time>,
                ` · ${story.lastedMs === undefined ? t('story.running') : t('story.lasted', { duration: durationText(story.lastedMs) })}`,
                story.ports.length > 0 && ` · ${t('story.ports', { count: story.ports.length, ports: story.ports.join(', ') })}`,
              ]}
            </Text>
          )}
          {story?.reason !== undefined && (
            <Text size="sm" className="foreignLines" data-story-reason>
              {story.reason}
            </Text>
          )}
        </Stack>
      </Group>
      {pages.isPending && (
        <Stack gap={8} aria-busy aria-label={t('loading')}>
          <Skeleton h={64} />
          <Skeleton h={36} />
          <Skeleton h={36} />
          <Skeleton h={36} />
        </Stack>
      )}
      {pages.isError && <FailureAlert failure={failureOf(pages.error)} onRetry={() => void pages.refetch()} />}
      {pages.data && !story && (
        <Text c="dimmed" py="xl" ta="center">
          {t('story.empty')}
        </Text>
      )}
      {story && (
        <>
          <ol className="storySteps" aria-label={t('story.steps')}>
            {story.steps.map((step) => (
              <Step key={step.chapter} step={step} />
            ))}
          </ol>
          <StoryEvents events={story.events} openId={openId} onOpen={onOpen} />
          {pages.hasNextPage && (
            <Button variant="subtle" size="xs" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
              {t('story.more')}
            </Button>
          )}
        </>
      )}
    </div>
  )
}

const stepIcons = { none: IconMinus, ok: IconCheck, refused: IconX, failed: IconX } as const

function Step({ step: { chapter, state, atMs, count } }: { step: StoryStep }) {
  const { t, i18n } = useTranslation('audit')
  const Icon = stepIcons[state]
  const time = new Intl.DateTimeFormat(i18n.language, { timeStyle: 'medium' })
  return (
    <li data-step={chapter} data-state={state}>
      <span className="storyMark">
        <Icon size={14} aria-hidden />
      </span>
      <span>
        <strong>{t(`story.chapter.${chapter}`)}</strong>
        <small>
          {state === 'none'
            ? t('story.none')
            : `${state === 'ok' ? '' : `${t(`outcome.${state}`)}, `}${time.format(atMs)} · ${t('story.events', { count })}`}
        </small>
      </span>
    </li>
  )
}
