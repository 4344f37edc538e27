/** The window's entry: the only renderer module with effects at import time. */
import '@fontsource-variable/inter'
import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import '@mantine/spotlight/styles.css'
import './main.css'
import { createRoot } from 'react-dom/client'
import { App } from './App.tsx'
import { startWords } from './words.ts'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
await startWords()
createRoot(root).render(<App />)
