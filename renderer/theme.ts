import { type CSSVariablesResolver, createTheme } from '@mantine/core'

/** One accent (indigo: calm, and never a state's colour), one font, dense enough for a tool that is looked at all day. */
export const theme = createTheme({
  primaryColor: 'indigo',
  // Shade 7 carries white text at 5:1 in both schemes.
  primaryShade: { light: 7, dark: 7 },
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Mono', 'DejaVu Sans Mono', monospace",
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  headings: { fontWeight: '600', sizes: { h1: { fontSize: '20px' }, h2: { fontSize: '16px' }, h3: { fontSize: '14px' } } },
  defaultRadius: 'md',
  cursorType: 'pointer',
  autoContrast: true,
  respectReducedMotion: true,
  colors: {
    // A slightly blue neutral: easier on the eye than grey beside the accent.
    dark: ['#d3d7e0', '#b4bac7', '#98a0b0', '#6b7385', '#3d4454', '#2d3340', '#222732', '#181c24', '#12151b', '#0c0e12'],
  },
  components: {
    Tooltip: { defaultProps: { openDelay: 400, withinPortal: true } },
    Modal: { defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.45 } } },
  },
})

/** Mantine's soft variants miss WCAG's 4.5:1 for small text; these reach it on their own backgrounds. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#5a6270',
    '--mantine-color-placeholder': '#697180',
    '--mantine-color-error': '#c92a2a',
    '--mantine-color-red-light-color': '#b02525',
    '--mantine-color-orange-light-color': '#8f3d00',
    '--mantine-color-yellow-light-color': '#7a4b00',
    '--mantine-color-teal-light-color': '#07624a',
    '--mantine-color-green-light-color': '#1f6b2d',
    '--mantine-color-blue-light-color': '#155a9c',
    '--mantine-color-indigo-light-color': '#364fc7',
    '--mantine-color-gray-light-color': '#414851',
    '--gate-rail': '#f4f5f8',
    '--gate-line': '#e3e6ec',
    '--gate-hover': '#f4f6fb',
    '--gate-chosen': '#e9edff',
    '--gate-accent-text': '#364fc7',
    '--gate-ok': '#07624a',
    '--gate-ok-soft': '#e3f6ef',
    '--gate-warn': '#7a4b00',
    '--gate-warn-soft': '#fff3d6',
    '--gate-bad': '#b02525',
    '--gate-bad-soft': '#ffe9e9',
    '--gate-quiet-soft': '#eef0f4',
  },
  dark: {
    '--mantine-color-dimmed': '#98a0b0',
    '--mantine-color-placeholder': '#8790a2',
    '--mantine-color-error': '#ff8787',
    '--mantine-color-red-light-color': '#ffa8a8',
    '--mantine-color-orange-light-color': '#ffc078',
    '--mantine-color-yellow-light-color': '#ffd43b',
    '--mantine-color-teal-light-color': '#63e6be',
    '--mantine-color-green-light-color': '#8ce99a',
    '--mantine-color-blue-light-color': '#a5d8ff',
    '--mantine-color-indigo-light-color': '#bac8ff',
    '--mantine-color-gray-light-color': '#ced4da',
    '--gate-rail': '#12151b',
    '--gate-line': '#2d3340',
    '--gate-hover': '#1f242e',
    '--gate-chosen': '#262d4d',
    '--gate-accent-text': '#bac8ff',
    '--gate-ok': '#63e6be',
    '--gate-ok-soft': '#12352c',
    '--gate-warn': '#ffd27a',
    '--gate-warn-soft': '#3a2d10',
    '--gate-bad': '#ffa8a8',
    '--gate-bad-soft': '#43202a',
    '--gate-quiet-soft': '#262c38',
  },
})
