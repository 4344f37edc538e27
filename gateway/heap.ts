/** A binary heap: the least of many, where many come and go. */
export interface Heap<Item> {
  push(item: Item): void
  first(): Item | undefined
  takeFirst(): void
}

/** `key` is what items are ordered by; it must not change while an item is in the heap. */
export function createHeap<Item>(key: (item: Item) => number): Heap<Item> {
  const items: { item: Item; key: number }[] = []

  function isLess(one: number, other: number): boolean {
    return (items[one]?.key ?? Infinity) < (items[other]?.key ?? Infinity)
  }

  function swap(one: number, other: number): void {
    const [first, second] = [items[one], items[other]]
    if (first !== undefined && second !== undefined) [items[one], items[other]] = [second, first]
  }

  return {
    push(item) {
      items.push({ item, key: key(item) })
      for (let at = items.length - 1; at > 0;) {
        const parent = (at - 1) >> 1
        if (!isLess(at, parent)) return
        swap(at, parent)
        at = parent
      }
    },
    first: () => items[0]?.item,
    takeFirst() {
      const last = items.pop()
      if (last === undefined || items.length === 0) return
      items[0] = last
      for (let at = 0; ;) {
        const [left, right] = [2 * at + 1, 2 * at + 2]
        const least = isLess(right, left) ? right : left
        if (!isLess(least, at)) return
        swap(least, at)
        at = least
      }
    },
  }
}
