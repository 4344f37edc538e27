import { expect, test } from 'vitest'
import { createDesktop } from '../../../../main/platform/electron/desktop.ts'
import type { ElectronApi } from '../../../../main/platform/electron/electronApi.ts'
import { recording } from './recording.ts'

test('only https addresses are opened', async () => {
  const electron = recording<ElectronApi>({ 'shell.openExternal': async () => undefined })
  const desktop = createDesktop(electron.object, () => {})
  await desktop.openWebPage('https://example.com/a?b')
  for (const url of ['http://example.com', 'file:///etc/passwd', 'ms-msdt:/id', 'x']) {
    await expect(desktop.openWebPage(url)).rejects.toThrow(/https/)
  }
  expect(electron.of('shell.openExternal')).toEqual([['https://example.com/a?b']])
})

test('a suggested name never names a place', async () => {
  const electron = recording<ElectronApi>({
    'app.getPath': () => '/home/a/Downloads',
    'dialog.showSaveDialog': async () => ({ canceled: false, filePath: '/home/a/audit.csv' }),
  })
  const desktop = createDesktop(electron.object, () => {})
  expect(await desktop.chooseSavePath('../../etc/audit.csv')).toBe('/home/a/audit.csv')
  expect(electron.of('dialog.showSaveDialog')).toMatchObject([[{ defaultPath: '/home/a/Downloads/audit.csv' }]])
})

test('no place is chosen when the person cancels', async () => {
  const electron = recording<ElectronApi>({
    'app.getPath': () => '/d',
    'dialog.showSaveDialog': async () => ({ canceled: true, filePath: '' }),
  })
  expect(await createDesktop(electron.object, () => {}).chooseSavePath('a.csv')).toBeUndefined()
})

test('a notification brings the window to the front and does nothing else', () => {
  let shown = 0
  const notification = recording<InstanceType<ElectronApi['Notification']>>()
  const electron = recording<ElectronApi>({ 'new Notification': () => notification.object })
  createDesktop(electron.object, () => shown++).notify('Title', 'Body')
  expect(electron.of('new Notification')).toEqual([[{ title: 'Title', body: 'Body' }]])
  expect(notification.of('show')).toHaveLength(1)
  notification.emit('click')
  expect(shown).toBe(1)
})
