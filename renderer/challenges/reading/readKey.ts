/** Reading from the screen from anywhere: Alt+Shift+R, and the palette. */
import { useEffect } from 'react'
import { show } from '../../view.ts'
import { reading } from './reader.ts'

/** Within the click or key that asks for it: browsers open the picker for nothing else. */
export function readFromScreen(): void {
  void reading.fromScreen()
  show({ name: 'approvals' })
}

export function useReadKey(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.code !== 'KeyR' || !event.altKey || !event.shiftKey || event.ctrlKey || event.metaKey) return
      event.preventDefault()
      event.stopPropagation()
      readFromScreen()
    }
    // Before a terminal, which would send it to the machine.
    window.addEventListener('keydown', onKey, { capture: true })
    return () => window.removeEventListener('keydown', onKey, { capture: true })
  }, [])
}
