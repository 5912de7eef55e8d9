import { expect, test } from 'vitest'
import { createAnnouncements } from '../../packages/editor/src/announcements.ts'
import { editorTimers } from './editor-timers.ts'

function region() {
  const timers = editorTimers()
  timers.advance(60_000)
  const announcements = createAnnouncements(timers)
  const said: { at: number; text: string }[] = []
  const start = timers.now()
  announcements.text.subscribe(() => said.push({ at: timers.now() - start, text: announcements.text.get() }))
  return { timers, announcements, said }
}

test('what happens together is said together', () => {
  const { timers, announcements, said } = region()
  announcements.joined('Ann')
  announcements.joined('Tomás')
  announcements.changed('Ann', [3, 4, 5], 'above')
  announcements.changed('Ann', [5, 6], 'above')
  announcements.changed('Tomás', [6], 'above')
  timers.advance(10_000)
  expect(said.map(({ text }) => text)).toEqual([
    'Ann and Tomás joined. Ann and Tomás changed 4 lines above you.',
  ])
})

test('there is at most one message in five seconds', () => {
  const { timers, announcements, said } = region()
  for (let second = 0; second < 30; second += 1) {
    announcements.changed('Ann', [second], 'below')
    timers.advance(1_000)
  }
  const gaps = said.slice(1).map(({ at }, index) => at - (said[index]?.at ?? 0))
  expect(said.length).toBeGreaterThanOrEqual(5)
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(5_000)
})

test('nothing is said before you have not typed for 1.5 s', () => {
  const { timers, announcements, said } = region()
  announcements.joined('Ann')
  for (let key = 0; key < 50; key += 1) {
    announcements.typed()
    timers.advance(200)
  }
  expect(said).toEqual([])
  timers.advance(1_299)
  expect(said).toEqual([])
  timers.advance(1)
  expect(said.map(({ text }) => text)).toEqual(['Ann joined.'])
})

test('somebody whose connection blinked neither left nor joined', () => {
  const { timers, announcements, said } = region()
  announcements.left('Ann')
  announcements.joined('Ann')
  timers.advance(60_000)
  expect(said).toEqual([])
})

test('a crowd is counted, not read out', () => {
  const { timers, announcements, said } = region()
  for (const name of ['Ann', 'Bo', 'Cy', 'Di', 'Ed']) announcements.joined(name)
  timers.advance(10_000)
  expect(said[0]?.text).toBe('Ann, Bo and 3 others joined.')
})

test('after closing nothing is said', () => {
  const { timers, announcements, said } = region()
  announcements.joined('Ann')
  announcements.close()
  timers.advance(60_000)
  expect(said).toEqual([])
})
