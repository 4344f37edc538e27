import { useEffect, useState } from 'react'
import { call } from '../door.ts'

const saidForMs = 2000

/** Copies, and says for a moment that it did. */
export function useCopied(): { isCopied: boolean; copy: (text: string) => void } {
  const [copiedAt, setCopiedAt] = useState<number>()
  useEffect(() => {
    if (copiedAt === undefined) return
    const timer = setTimeout(() => setCopiedAt(undefined), saidForMs)
    return () => clearTimeout(timer)
  }, [copiedAt])
  return {
    isCopied: copiedAt !== undefined,
    copy: (text) =>
      void call('app.copyText', { text }).then(
        () => setCopiedAt(Date.now()),
        () => undefined,
      ),
  }
}
