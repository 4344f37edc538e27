import { NumberInput, Select, Switch, TextInput, useComputedColorScheme } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Settings } from '../../preload/contract.ts'
import { terminalLook } from '../sessions/terminalLook.ts'

type Terminal = Settings['terminal']

/** How this language writes numbers; the field refuses to be drawn with one mark for both. */
function numberMarks(language: string): { group: string; decimal: string } {
  const parts = new Intl.NumberFormat(language, { useGrouping: 'always' }).formatToParts(1000.5)
  const mark = (type: 'group' | 'decimal') => parts.find((part) => part.type === type)?.value
  return { group: mark('group') ?? ' ', decimal: mark('decimal') ?? '.' }
}

/** How terminals look and behave, with a sample that shows it at once. */
export function TerminalSettings({ terminal, onChange }: { terminal: Terminal; onChange: (terminal: Terminal) => void }) {
  const { t, i18n } = useTranslation('settings')
  const marks = numberMarks(i18n.language)
  const appIsDark = useComputedColorScheme('light') === 'dark'
  const [family, setFamily] = useState(terminal.fontFamily)
  const look = terminalLook(terminal, appIsDark)
  const save = (part: Partial<Terminal>): void => onChange({ ...terminal, ...part })
  const saveFamily = (): void => {
    const name = family.trim()
    setFamily(name === '' ? terminal.fontFamily : name)
    if (name !== '' && name !== terminal.fontFamily) save({ fontFamily: name })
  }
  return (
    <>
      <div className="settingsPair">
        <TextInput
          label={t('terminal.font')}
          value={family}
          maxLength={100}
          spellCheck={false}
          onChange={({ currentTarget }) => setFamily(currentTarget.value)}
          onBlur={saveFamily}
          onKeyDown={({ key }) => key === 'Enter' && saveFamily()}
        />
        <NumberInput
          label={t('terminal.size')}
          min={8}
          max={32}
          allowDecimal={false}
          clampBehavior="blur"
          value={terminal.fontSize}
          onChange={(size) => {
            if (typeof size === 'number' && size >= 8 && size <= 32) save({ fontSize: size })
          }}
        />
        <Select
          label={t('terminal.theme')}
          data={(['followApp', 'dark', 'light'] as const).map((value) => ({ value, label: t(`terminal.themes.${value}`) }))}
          value={terminal.theme}
          allowDeselect={false}
          onChange={(theme) => theme && save({ theme })}
        />
        <NumberInput
          label={t('terminal.scrollback')}
          min={100}
          max={100_000}
          step={1000}
          thousandSeparator={marks.group}
          decimalSeparator={marks.decimal}
          allowDecimal={false}
          clampBehavior="blur"
          value={terminal.scrollback}
          onChange={(lines) => {
            if (typeof lines === 'number' && lines >= 100 && lines <= 100_000) save({ scrollback: lines })
          }}
        />
      </div>
      <Switch
        label={t('terminal.copyOnSelect')}
        checked={terminal.copyOnSelect}
        onChange={({ currentTarget }) => save({ copyOnSelect: currentTarget.checked })}
      />
      <pre
        className="terminalSample"
        role="img"
        aria-label={t('terminal.sample')}
        style={{
          fontFamily: look.fontFamily,
          fontSize: look.fontSize,
          background: look.theme?.background,
          color: look.theme?.foreground,
        }}
      >
        <span style={{ color: look.theme?.green }}>anna@web-1</span>:<span style={{ color: look.theme?.blue }}>~</span>$ systemctl is-active
        nginx{'\n'}active{'\n'}
        <span style={{ color: look.theme?.green }}>anna@web-1</span>:<span style={{ color: look.theme?.blue }}>~</span>$ 0O 1lI {'{}'} =&gt;
      </pre>
    </>
  )
}
