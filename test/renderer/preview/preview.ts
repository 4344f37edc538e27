/** The window on a fake bridge. The address chooses what is looked at: `?scene=full&language=de&theme=dark`. */
import { fakeBridge } from '../../fakes/bridge.ts'
import { scene } from './scenes.ts'
import { playTerminal } from './sessionScenes.ts'

const asked = new URLSearchParams(location.search)
const bridge = fakeBridge(
  scene(asked.get('scene') ?? 'full', {
    language: asked.get('language') === 'de' ? 'de' : 'en',
    theme: asked.get('theme') === 'dark' ? 'dark' : 'light',
    recordings: (asked.get('scene') ?? '').startsWith('recordings') ? 'ask' : 'off',
    ring: (topic) => bridge.ring(topic),
  }),
  playTerminal,
)
Object.defineProperty(window, 'gatehouse', { value: bridge })
await import('../../../renderer/main.tsx')
