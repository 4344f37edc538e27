/**
 * The only thing the page gets: `window.gatehouse`. It passes names, inputs and frames on and gives no channel, no event object and no
 * other part of Electron to the page. Main checks everything (main/app.ts); here only the shape of what comes back is looked at.
 */
// eslint-disable-next-line no-restricted-imports -- this is Electron's preload; the Chromium host stands in for Electron here
import { contextBridge, ipcRenderer } from 'electron'
import type { Bridge, PipeFrame, Reply, Topic, channels as Channels } from './contract.ts'

// Written again rather than imported: the contract's module would bring the whole schema library into every page start.
const channels: typeof Channels = { door: 'door', bell: 'bell', pipe: 'pipe' }

const pipes = new Map<string, Set<(frame: PipeFrame) => void>>()
const listeners = new Set<(topic: Topic) => void>()

ipcRenderer.on(channels.bell, (_event, topic: Topic) => {
  for (const listener of listeners) listener(topic)
})
ipcRenderer.on(channels.pipe, (_event, frame: PipeFrame) => {
  for (const onFrame of pipes.get(frame.pipe) ?? []) onFrame(frame)
})

const bridge: Bridge = {
  call: async (name, input) => {
    // eslint-disable-next-line typescript/no-unsafe-type-assertion -- main answers by the contract: it is what this window trusts
    return (await ipcRenderer.invoke(channels.door, name, input)) as Reply<never>
  },
  onChange: (listener) => {
    // A wrapper of its own, so that the same listener may be given twice and stopped once.
    const own = (topic: Topic): void => listener(topic)
    listeners.add(own)
    return () => void listeners.delete(own)
  },
  openPipe: (pipe, onFrame) => {
    const readers = pipes.get(pipe) ?? new Set()
    const own = (frame: PipeFrame): void => onFrame(frame)
    readers.add(own)
    pipes.set(pipe, readers)
    return {
      // A joined pipe speaks for itself only.
      send: (frame) => frame.pipe === pipe && ipcRenderer.send(channels.pipe, frame),
      leave: () => {
        readers.delete(own)
        if (readers.size === 0) pipes.delete(pipe)
      },
    }
  },
}

contextBridge.exposeInMainWorld('gatehouse', bridge)
