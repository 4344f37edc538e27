import { expect, test } from 'vitest'
import { dataFolder } from '../../../main/platform/appInfo.ts'

test.each([
  ['linux', {}, '/home/a/.local/share/gatehouse'],
  ['linux', { XDG_DATA_HOME: '/data' }, '/data/gatehouse'],
  ['linux', { XDG_DATA_HOME: 'relative' }, '/home/a/.local/share/gatehouse'],
  ['darwin', {}, '/home/a/Library/Application Support/Gatehouse'],
  ['linux', { GATEHOUSE_DATA: '/elsewhere' }, '/elsewhere'],
] as const)('on %s with %j the data is in %s', (platform, environment, folder) => {
  expect(dataFolder(platform, environment, '/home/a')).toBe(folder)
})
