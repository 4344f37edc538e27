/** A desktop that remembers what it was asked to show. */
import type { Desktop } from '../../main/ports.ts'

export interface FakeDesktop extends Desktop {
  readonly copied: string[]
  readonly opened: string[]
  readonly notified: { title: string; body: string }[]
  /** Where the person saves next; undefined: they press Cancel. */
  saveTo(path: string | undefined): void
}

export function fakeDesktop(): FakeDesktop {
  const copied: string[] = []
  const opened: string[] = []
  const notified: { title: string; body: string }[] = []
  let savePath: string | undefined
  return {
    copied,
    opened,
    notified,
    saveTo(path) {
      savePath = path
    },
    async copyText(text) {
      copied.push(text)
    },
    async openWebPage(url) {
      opened.push(url)
    },
    notify(title, body) {
      notified.push({ title, body })
    },
    chooseSavePath: () => Promise.resolve(savePath),
  }
}
