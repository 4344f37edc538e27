import { expect, onTestFinished, test } from 'vitest'
import { createBell } from '../../main/bell.ts'

function heardBell() {
  const bell = createBell()
  onTestFinished(() => bell.close())
  const heard: string[] = []
  bell.listen((topic) => void heard.push(topic))
  return { bell, heard }
}

test('a thousand rings of one topic are a few, the first at once, the last not lost', async () => {
  const { bell, heard } = heardBell()
  bell.ring('machines')
  await new Promise((resolve) => setImmediate(resolve))
  expect(heard).toEqual(['machines'])
  for (let each = 0; each < 1000; each++) bell.ring('machines')
  await expect.poll(() => heard.length).toBe(2)
  await new Promise((resolve) => setTimeout(resolve, 120))
  expect(heard).toHaveLength(2)
})

test('one topic does not hold another back', async () => {
  const { bell, heard } = heardBell()
  bell.ring('machines')
  bell.ring('grants')
  bell.ring('machines')
  await new Promise((resolve) => setImmediate(resolve))
  expect(heard).toEqual(['machines', 'grants'])
})

test('whoever stopped listening, or a bell that is closed, hears nothing', async () => {
  const { bell, heard } = heardBell()
  const late: string[] = []
  bell.listen((topic) => void late.push(topic))()
  bell.ring('audit')
  bell.close()
  await new Promise((resolve) => setTimeout(resolve, 80))
  expect([...late, ...heard]).toEqual([])
})
