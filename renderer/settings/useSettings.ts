import type { Settings } from '../../preload/contract.ts'
import { call, queries, useAsk } from '../door.ts'
import { tellFailure } from '../parts/tell.ts'
import { useFailureText } from '../parts/useFailureText.ts'

const key = ['settings.get', {}] as const

/** The settings, and a change that shows at once and is taken back if it cannot be kept. */
export function useSettings() {
  const asked = useAsk('settings.get', {})
  const failureText = useFailureText()
  const change = async (part: Partial<Settings>): Promise<void> => {
    queries.setQueryData<Settings>(key, (now) => now && { ...now, ...part })
    try {
      queries.setQueryData(key, await call('settings.change', part))
    } catch (error) {
      tellFailure(error, failureText)
      await queries.invalidateQueries({ queryKey: key })
    }
  }
  return { asked, settings: asked.data, change: (part: Partial<Settings>) => void change(part) }
}
