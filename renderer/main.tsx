/** The window's entry: the only renderer module with effects at import time. */
import '@fontsource-variable/inter'
import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import '@mantine/spotlight/styles.css'
import './main.css'
import { createRoot } from 'react-dom/client'
import { App } from './App.tsx'
import { call, queries } from './door.ts'
import { startWords } from './words.ts'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
// Asked before the first paint, so that the window never flashes in another language or theme.
const settings = await call('settings.get', {}).catch(() => undefined)
if (settings) queries.setQueryData(['settings.get', {}], settings)
await startWords(settings?.language ?? 'system')
createRoot(root).render(<App />)
