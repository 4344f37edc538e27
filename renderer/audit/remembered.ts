/** What was filtered by last, for the way back to the activity. It lasts as long as the window. */
import { type ChosenFilter, noFilter } from './chosenFilter.ts'

let last = noFilter

export function remember(filter: ChosenFilter): void {
  last = filter
}

export function recalled(): ChosenFilter {
  return last
}
