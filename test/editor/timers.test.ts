import { describe, expect, test } from 'vitest'
import { steadyClock } from '../../packages/editor/src/timers.ts'

describe('the clock of a browser', () => {
  test('goes on from where it was when it is set back, and follows when it is set forward', () => {
    let time = 1_000_000
    const now = steadyClock(() => time)
    expect(now()).toBe(1_000_000)
    time += 50
    expect(now()).toBe(1_000_050)
    time -= 3_600_000
    expect(now()).toBe(1_000_050)
    time += 300
    expect(now()).toBe(1_000_350)
    time += 3_600_000
    expect(now()).toBe(4_600_350)
  })
})
