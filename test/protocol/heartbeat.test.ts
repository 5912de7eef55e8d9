import { limits } from '@weft/protocol'
import { Pulse, type Signs, type Verdict } from '@weft/server/ws/pulse'
import { describe, expect, test } from 'vitest'

const quiet: Signs = {
  now: 0,
  heardAt: 0,
  spokenAt: 0,
  isReading: true,
  unfinished: 0,
  begun: 0,
}

/** Beats when it is due, up to `seconds`; what was said, by second. `well` is left out. */
function live(seconds: number, signs: (second: number) => Partial<Signs>): readonly [number, Verdict][] {
  const watched = new Pulse(0)
  const said: [number, Verdict][] = []
  for (let second = 1; second <= seconds; second++) {
    if (second * 1_000 < watched.nextAt) continue
    const verdict = watched.beat({ ...quiet, ...signs(second), now: second * 1_000 })
    if (verdict !== 'well') said.push([second, verdict])
    if (verdict === 'dead' || verdict === 'stuck') break
  }
  return said
}

describe('[W22] the heartbeat', () => {
  test('pings and speaks every 20 s where nothing else is said', () => {
    expect(live(61, (second) => ({ heardAt: second * 1_000 }))).toEqual([
      [20, 'ping-and-speak'],
      [40, 'ping-and-speak'],
      [60, 'ping-and-speak'],
    ])
  })

  test('only pings where messages are sent anyway', () => {
    expect(live(45, (second) => ({ heardAt: second * 1_000, spokenAt: second * 1_000 }))).toEqual([
      [20, 'ping'],
      [40, 'ping'],
    ])
  })

  test('gives up what is silent for 45 s, and not before', () => {
    expect(live(60, (second) => ({ heardAt: Math.min(second, 10) * 1_000 })).at(-1)).toEqual([55, 'dead'])
  })

  test('takes any byte as a sign of life, also from the middle of a large message', () => {
    const slowUpload = live(200, (second) => ({
      heardAt: second * 1_000,
      unfinished: second * 50_000,
      begun: 1,
    }))
    expect(slowUpload.map(([, verdict]) => verdict)).not.toContain('dead')
  })

  test('does not take silence for death while the server itself does not read', () => {
    const verdicts = live(300, () => ({ isReading: false })).map(([, verdict]) => verdict)
    expect(verdicts).not.toContain('dead')
    expect(verdicts).not.toContain('stuck')
  })
})

test('a clock that is set back by an hour silences nobody, and keeps nobody who is dead', () => {
  const watched = new Pulse(0)
  const hour = 3_600
  const said: [number, Verdict][] = []
  for (let second = 1; second <= 120; second++) {
    const now = (second <= 30 ? hour + second : second) * 1_000
    // Its last byte comes in second 25.
    const heardAt = (hour + Math.min(second, 25)) * 1_000
    const verdict = watched.beat({ ...quiet, now, heardAt, spokenAt: heardAt })
    if (verdict !== 'well') said.push([second, verdict])
    if (verdict === 'dead') break
  }
  expect(said.slice(-4)).toEqual([
    [31, 'ping-and-speak'],
    [51, 'ping-and-speak'],
    [71, 'ping-and-speak'],
    [76, 'dead'],
  ])
})

test('a connection that does nothing is looked at only when a ping is due', () => {
  const watched = new Pulse(0)
  watched.beat({ ...quiet, now: 1_000 })
  expect(watched.nextAt).toBe(limits.heartbeatMs)
  watched.beat({ ...quiet, now: limits.heartbeatMs, heardAt: 19_000 })
  expect(watched.nextAt).toBe(2 * limits.heartbeatMs)
})

describe('[W23] an unfinished message', () => {
  test('is given 10 s when little of it comes', () => {
    expect(live(60, (second) => ({ heardAt: second * 1_000, unfinished: 3, begun: 1 })).at(-1)).toEqual([
      12,
      'stuck',
    ])
  })

  test('is given a second more for every 32 KiB: a whole document may come over a slow line', () => {
    const rate = limits.messageBytesPerSecond * 1.1
    const seconds = Math.floor(limits.writerFrameBytes / rate)
    const verdicts = live(seconds, (second) => ({
      heardAt: second * 1_000,
      unfinished: second * rate,
      begun: 1,
    }))
    expect(verdicts.map(([, verdict]) => verdict)).not.toContain('stuck')
  })

  test('is not confused with the next one, which has its own time', () => {
    const verdicts = live(60, (second) => ({
      heardAt: second * 1_000,
      unfinished: 3,
      begun: Math.floor(second / 8),
    }))
    expect(verdicts.map(([, verdict]) => verdict)).not.toContain('stuck')
  })
})
