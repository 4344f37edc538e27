/** The approval view, above whatever is on the screen. Mounted once; opens by itself what the technician has just read or waits for. */
import { useEffect, useRef } from 'react'
import { useAsk } from '../door.ts'
import { ApprovalDialog } from './ApprovalDialog.tsx'
import { readingOf, toOpen } from './arrivals.ts'
import { CodeDialog } from './CodeDialog.tsx'
import { closeChallenge, openChallenge, useShownChallenge } from './shown.ts'

export function ChallengeHost() {
  const shown = useShownChallenge()
  const challenges = useAsk('challenges.list', {}).data?.challenges
  const seen = useRef<Set<string>>(undefined)
  useEffect(() => {
    if (!challenges) return
    // What was there before the window was is in the inbox.
    const before = seen.current
    seen.current = new Set(challenges.map(readingOf))
    const arrived = before && toOpen(challenges, before)
    if (arrived) openChallenge(arrived.ref)
  }, [challenges])
  if (!shown) return null
  return shown.as === 'code' ? (
    <CodeDialog key={shown.ref} challengeRef={shown.ref} />
  ) : (
    <ApprovalDialog key={shown.ref} challengeRef={shown.ref} onClose={closeChallenge} />
  )
}
