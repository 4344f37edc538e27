/** Formats that a row needs, made once a language: making one takes longer than drawing a row. */

interface Formats {
  time: Intl.DateTimeFormat
  dateAndTime: Intl.DateTimeFormat
  exact: Intl.DateTimeFormat
  day: Intl.DateTimeFormat
  number: Intl.NumberFormat
}

const made = new Map<string, Formats>()

export function formatsOf(language: string): Formats {
  const known = made.get(language)
  if (known) return known
  const formats: Formats = {
    time: new Intl.DateTimeFormat(language, { timeStyle: 'medium' }),
    dateAndTime: new Intl.DateTimeFormat(language, { dateStyle: 'short', timeStyle: 'medium' }),
    exact: new Intl.DateTimeFormat(language, { dateStyle: 'full', timeStyle: 'long' }),
    day: new Intl.DateTimeFormat(language, { dateStyle: 'full' }),
    number: new Intl.NumberFormat(language),
  }
  made.set(language, formats)
  return formats
}
