/** What a row of the activity is written with. */
import { dateTimeFormat, numberFormat } from '../parts/intl.ts'

interface Formats {
  time: Intl.DateTimeFormat
  dateAndTime: Intl.DateTimeFormat
  exact: Intl.DateTimeFormat
  day: Intl.DateTimeFormat
  number: Intl.NumberFormat
}

export const formatsOf = (language: string): Formats => ({
  time: dateTimeFormat(language, { timeStyle: 'medium' }),
  dateAndTime: dateTimeFormat(language, { dateStyle: 'short', timeStyle: 'medium' }),
  exact: dateTimeFormat(language, { dateStyle: 'full', timeStyle: 'long' }),
  day: dateTimeFormat(language, { dateStyle: 'full' }),
  number: numberFormat(language),
})
