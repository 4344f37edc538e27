/** What a host loads once its window is on its way: the app, and the outside world for it. */
export { createServedApp } from './servedApp.ts'
export { systemPorts } from './systemPorts.ts'
