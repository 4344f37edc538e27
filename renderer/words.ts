/** Words in every language: one JSON file a topic and language; English is the shape that the others are checked against (F-114). */
import { changeLanguage, use as extend } from 'i18next'
import { initReactI18next } from 'react-i18next'
import { words as de } from './words/de.ts'
import { words as en } from './words/en.ts'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common'
    resources: typeof en
  }
}

/** Every language the same shape: a missing or surplus key is a type error. */
type Same<Shape> = { [Key in keyof Shape]: Shape[Key] extends string ? string : Same<Shape[Key]> }
const german: Same<typeof en> = de

type Language = 'system' | 'en' | 'de'

export async function startWords(language: Language): Promise<void> {
  await extend(initReactI18next).init({
    resources: { en, de: german },
    lng: languageOf(language),
    fallbackLng: 'en',
    defaultNS: 'common',
    interpolation: { escapeValue: false }, // React escapes
  })
  document.documentElement.lang = languageOf(language)
}

const languageOf = (language: Language): 'en' | 'de' =>
  language !== 'system' ? language : navigator.language.startsWith('de') ? 'de' : 'en'

/** Changes the language of the whole window; `system` follows the computer's. */
export async function speak(language: Language): Promise<void> {
  const next = languageOf(language)
  document.documentElement.lang = next
  await changeLanguage(next)
}
