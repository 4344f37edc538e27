/** The preview's own build: the window's sources with a fake bridge instead of the preload. */
import react from '@vitejs/plugin-react'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const here = fileURLToPath(new URL('.', import.meta.url))
export default defineConfig({
  root: here,
  cacheDir: `${tmpdir()}/gatehouse-preview-cache`,
  plugins: [react()],
  server: { host: '127.0.0.1', port: 5199, fs: { allow: [fileURLToPath(new URL('../../..', import.meta.url))] } },
  build: { target: 'es2024' },
  optimizeDeps: { include: ['react', 'react-dom/client', '@tabler/icons-react', '@mantine/core'] },
})
