import { Text, type TextProps } from '@mantine/core'
import { clockText, useRemaining } from './remaining.ts'

/** Time left of a grant; orange in the last five minutes, and said in words to a screen reader by the text itself. */
export function Countdown({ endsAt, remainingMs, ...style }: { endsAt?: string; remainingMs?: number } & TextProps) {
  const leftMs = useRemaining({ endsAt, remainingMs })
  if (leftMs === undefined) return null
  return (
    <Text span fz="sm" className="tabular" {...(leftMs < 300_000 ? { c: 'var(--gate-warn)', fw: 600 } : {})} {...style} role="timer">
      {clockText(leftMs)}
    </Text>
  )
}
