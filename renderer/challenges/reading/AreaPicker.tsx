/** The picture in which nothing was found, to drag a frame around the code: what is small in it is then looked at more closely (F-71). */
import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useCallback, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { areaBetween, moved, startArea, type Drag } from './areaOf.ts'
import type { Area } from './gray.ts'
import { reading } from './reader.ts'
import type { ReadingState } from './reading.ts'

export function AreaPicker({ state }: { state: Extract<ReadingState, { at: 'pointing' }> }) {
  const { t } = useTranslation('reading')
  const { still, missed } = state
  const [drag, setDrag] = useState<Drag>()
  const [area, setArea] = useState<Area>()
  const { width, height } = still

  // Not an effect: a dialog puts what is in it on the page later than itself.
  const draw = useCallback((canvas: HTMLCanvasElement | null) => canvas?.getContext('2d')?.drawImage(still, 0, 0), [still])

  const pointOf = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    return { x: ((event.clientX - box.left) / box.width) * width, y: ((event.clientY - box.top) / box.height) * height }
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = moved(area ?? startArea(still), event.key, event.shiftKey, still)
    if (!next) return
    event.preventDefault()
    setArea(next)
  }
  return (
    <Modal opened onClose={reading.stop} title={t('area.title')} size="80%" data-area-picker>
      <Stack gap="sm">
        <Text size="sm" role={missed ? 'alert' : undefined}>
          {missed ? t('area.missed') : t('area.text')}
        </Text>
        <div
          className="areaStill"
          role="application"
          aria-label={t('area.label')}
          aria-describedby="area-keys"
          tabIndex={0}
          data-autofocus
          style={{ aspectRatio: `${width} / ${height}` }}
          onKeyDown={onKeyDown}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId)
            setDrag({ from: pointOf(event), to: pointOf(event) })
          }}
          onPointerMove={(event) => drag && setDrag({ ...drag, to: pointOf(event) })}
          onPointerUp={() => {
            const chosen = drag && areaBetween(drag, still)
            setDrag(undefined)
            if (!chosen) return
            setArea(chosen)
            void reading.fromArea(chosen)
          }}
        >
          <canvas ref={draw} width={width} height={height} />
          <Frame area={(drag && areaBetween(drag, still)) ?? area} picture={still} />
        </div>
        <Text size="xs" c="dimmed" id="area-keys">
          {t('area.keys')}
        </Text>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={reading.stop}>
            {t('area.close')}
          </Button>
          <Button onClick={() => area && void reading.fromArea(area)} disabled={!area}>
            {t('area.look')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

function Frame({ area, picture }: { area: Area | undefined; picture: { width: number; height: number } }) {
  if (!area) return null
  return (
    <div
      className="areaFrame"
      style={{
        left: part(area.x, picture.width),
        top: part(area.y, picture.height),
        width: part(area.width, picture.width),
        height: part(area.height, picture.height),
      }}
    />
  )
}

const part = (length: number, of: number): string => `${(length / of) * 100}%`
