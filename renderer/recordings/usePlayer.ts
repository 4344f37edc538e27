import { useEffect, useState, useSyncExternalStore } from 'react'
import type { Replay } from '../../preload/contract.ts'
import { call } from '../door.ts'
import type { TerminalLook } from '../sessions/terminalLook.ts'
import { createPlayer, type Player } from './player.ts'
import { createReplayScreen, type ReplayScreen } from './replayScreen.ts'

/** A player with its screen, for as long as the view is there. Shows the beginning. */
export function usePlayer(replay: Replay, look: TerminalLook): { player: Player; screen: ReplayScreen } {
  const [made] = useState(() => {
    const { recordingId } = replay.recording
    const size = { cols: replay.cols, rows: replay.rows }
    const screen = createReplayScreen(look, size)
    const player = createPlayer({
      stage: screen,
      read: (from) => call('recordings.read', { recordingId, ...(from === undefined ? {} : { from }) }),
      size,
      durationMs: replay.durationMs,
    })
    return { player, screen }
  })
  const { player, screen } = made
  useEffect(() => {
    void player.seek(0)
    let frame = requestAnimationFrame(function tick(nowMs) {
      player.frame(nowMs)
      frame = requestAnimationFrame(tick)
    })
    return () => cancelAnimationFrame(frame)
  }, [player])
  useEffect(() => screen.look(look), [screen, look])
  return made
}

export function usePlayerState(player: Player) {
  return useSyncExternalStore(player.subscribe, player.state)
}
