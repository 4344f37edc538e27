/** Takes pictures that are dropped, and pictures or codes that are pasted, anywhere in the window while the inbox is in front. */
import { useEffect, useState } from 'react'
import { reading } from './reader.ts'

/** Whether something is held over the window that can be dropped here. */
export function useDropAndPaste(): boolean {
  const [isOver, setOver] = useState(false)
  useEffect(() => {
    const leaving = new AbortController()
    const { signal } = leaving
    window.addEventListener('paste', onPaste, { signal })
    window.addEventListener(
      'dragover',
      (event) => {
        if (!event.dataTransfer?.types.includes('Files')) return
        event.preventDefault()
        setOver(true)
      },
      { signal },
    )
    window.addEventListener('dragleave', (event) => event.relatedTarget === null && setOver(false), { signal })
    window.addEventListener(
      'drop',
      (event) => {
        event.preventDefault()
        setOver(false)
        const file = event.dataTransfer?.files[0]
        if (file) void reading.fromPicture(file, 'image')
      },
      { signal },
    )
    return () => leaving.abort()
  }, [])
  return isOver
}

function onPaste(event: ClipboardEvent): void {
  const file = [...(event.clipboardData?.files ?? [])].find(({ type }) => type.startsWith('image/'))
  // Text that is pasted into a field belongs to the field.
  const isInField = event.target instanceof Element && event.target.closest('input, textarea, [contenteditable="true"], .xterm') !== null
  if (file) {
    event.preventDefault()
    void reading.fromPicture(file, 'clipboard')
  } else if (!isInField) {
    const text = event.clipboardData?.getData('text/plain') ?? ''
    if (text.trim() === '') return
    event.preventDefault()
    void reading.fromText(text, 'clipboard')
  }
}
