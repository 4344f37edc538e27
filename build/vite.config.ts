/**
 * Builds the three parts of the console in one go: `dist/main` (Node), `dist/preload` (scripts that run before the page) and
 * `dist/renderer` (the page); and `dist/agent`, a machine's part. Everything is bundled; what stays outside is native code and what Node or
 * Electron bring themselves.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

const repository = path.dirname(import.meta.dirname)
const at = (...parts: string[]): string => path.join(repository, ...parts)

/** Packages with native code: they cannot be bundled, and electron-builder.yml packs exactly these. */
const nativePackages = ['better-sqlite3-multiple-ciphers', 'keytar']

/** Optional addons of ssh2, which has JavaScript for each of them: nothing is compiled here, so they stay a require that fails. */
const leaveAddonsOut: Plugin = {
  name: 'leave-addons-out',
  enforce: 'pre',
  resolveId: (source) => (source === 'cpu-features' || source.endsWith('.node') ? { id: source, external: true } : null),
}

const entries = (candidates: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(candidates).filter(([, file]) => existsSync(file)))

export default defineConfig({
  root: at('renderer'),
  base: './',
  plugins: [react(), leaveAddonsOut],
  // One file each: a worker of ours may load nothing (main/platform/contentPolicy.ts).
  worker: { format: 'es', rolldownOptions: { output: { codeSplitting: false } } },
  build: { emptyOutDir: true, sourcemap: false },
  environments: {
    client: {
      build: {
        outDir: at('dist/renderer'),
        target: 'chrome140',
        // Inlined data: scripts and styles would need holes in the content policy.
        assetsInlineLimit: 0,
        modulePreload: {
          polyfill: false,
          // A view brings its style; the scripts that it needs are here already, or come with it.
          resolveDependencies: (_file, needed, { hostType }) =>
            hostType === 'html' ? needed : needed.filter((one) => one.endsWith('.css')),
        },
        chunkSizeWarningLimit: 4096,
        // Whatever two views have in common is one file, and the terminal another: a start asks for few files, and not for the terminal.
        rolldownOptions: {
          output: {
            codeSplitting: {
              groups: [
                { name: 'terminal', test: /@xterm|renderer\/sessions\/screen\.ts/, priority: 2 },
                { name: 'shared', minShareCount: 2, priority: 1 },
              ],
            },
          },
        },
      },
    },
    preload: {
      consumer: 'server',
      resolve: { noExternal: true, external: ['electron'] },
      build: {
        outDir: at('dist/preload'),
        target: 'chrome140',
        minify: false,
        rolldownOptions: {
          input: {
            index: at('preload/index.ts'),
            chromium: at('preload/chromium/start.ts'),
          },
          output: { format: 'cjs', entryFileNames: '[name].cjs' },
        },
      },
    },
    main: {
      consumer: 'server',
      // CommonJS packages inside an ES module.
      define: { __dirname: 'import.meta.dirname', __filename: 'import.meta.filename' },
      resolve: { noExternal: true, external: ['electron', ...nativePackages] },
      build: {
        outDir: at('dist/main'),
        target: 'node24',
        minify: false,
        rolldownOptions: {
          input: entries({
            index: at('main/index.ts'),
            chromium: at('main/chromium.ts'),
            cli: at('main/cli.ts'),
            keychainWorker: at('main/platform/keychainWorker.ts'),
            importWorker: at('main/platform/importWorker.ts'),
            storeWorker: at('main/platform/store/storeWorker.ts'),
            recordingWorker: at('main/platform/recordingWorker.ts'),
          }),
          output: { format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
        },
      },
    },
    // What goes onto a machine is one file that any Node from 18 on runs, without a package beside it.
    agent: {
      consumer: 'server',
      resolve: { noExternal: true },
      build: {
        outDir: at('dist/agent'),
        target: 'node18',
        minify: false,
        rolldownOptions: {
          input: { 'gatehouse-agent': at('gateway/agent/agent.ts') },
          output: { format: 'esm', entryFileNames: '[name].mjs', codeSplitting: false },
        },
      },
    },
  },
  builder: {
    buildApp: async (builder) => {
      // Main first: it is the quickest to fail.
      for (const name of ['main', 'agent', 'preload', 'client']) {
        const environment = builder.environments[name]
        if (environment) await builder.build(environment)
      }
    },
  },
})
