import { type RefObject, useEffect } from 'react'

/** `/` goes to the search from anywhere but a field. */
export function useSearchKey(search: RefObject<HTMLInputElement | null>, isOn: boolean): void {
  useEffect(() => {
    if (!isOn) return
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== '/' || event.ctrlKey || event.altKey || event.metaKey) return
      if (event.target instanceof HTMLElement && event.target.closest('input, textarea, [contenteditable], .xterm, [role=dialog]')) return
      event.preventDefault()
      search.current?.select()
      search.current?.focus()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [search, isOn])
}
