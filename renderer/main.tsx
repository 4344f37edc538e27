/** The window's entry: the only renderer module with effects at import time. */
import '@fontsource-variable/inter'
import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import '@mantine/spotlight/styles.css'
import './main.css'
import { createRoot } from 'react-dom/client'
import { App } from './App.tsx'
import { call, queries } from './door.ts'
import { askForFirstSlice } from './machines/useMachineSlices.ts'
import { startWords } from './words.ts'

/** A list that takes longer (a keychain that asks, a store that is read anew) is waited for where it will be seen. */
const firstSliceMs = 100

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
// Mostly here before there is anything to paint; then the first picture has the rows in it, and nothing is painted twice.
const firstSlice = askForFirstSlice()
// Asked before the first paint, so that the window never flashes in another language or theme.
const settings = await call('settings.get', {}).catch(() => undefined)
if (settings) queries.setQueryData(['settings.get', {}], settings)
await startWords(settings?.language ?? 'system')
await Promise.race([firstSlice, new Promise((resolve) => setTimeout(resolve, firstSliceMs))])
createRoot(root).render(<App />)
