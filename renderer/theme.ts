import { createTheme } from '@mantine/core'

/** One accent (indigo: calm, and never a state's colour), one font, dense enough for a tool that is looked at all day. */
export const theme = createTheme({
  primaryColor: 'indigo',
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Mono', 'DejaVu Sans Mono', monospace",
  defaultRadius: 'md',
  cursorType: 'pointer',
})
