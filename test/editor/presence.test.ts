import { decode } from '@weft/protocol'
import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { openPresence, type PresenceChange } from '../../packages/editor/src/presence.ts'
import { presenceStates, readPresenceStates } from '../support/presence.ts'
import { editorTimers } from './editor-timers.ts'

function tab() {
  const ydoc = new Y.Doc()
  const timers = editorTimers()
  const sent: { clock: number; state: unknown }[] = []
  const changes: PresenceChange[] = []
  const own = {
    cursor: null as null | { anchor: { assoc: number }; head: { assoc: number } },
    writing: false,
  }
  const presence = openPresence({
    ydoc,
    timers,
    user: { name: 'Ann', dye: 2 },
    cursor: () => own.cursor,
    writing: () => own.writing,
    send(frame) {
      const message = decode(frame)
      if (message.type !== 'presence') throw new TypeError('not presence')
      for (const { client, clock, state } of readPresenceStates(message.states)) {
        expect(client).toBe(ydoc.clientID)
        sent.push({ clock, state })
      }
    },
    onChange: (change) => changes.push(change),
  })
  const hear = (client: number, clock: number, state: unknown) =>
    presence.receive(presenceStates([{ client, clock, state }]))
  return { presence, timers, sent, changes, own, hear, ydoc, [Symbol.dispose]: () => presence.close() }
}

const bo = { user: { id: 'user:bo', kind: 'user', name: 'Bo', dye: 3 } }

describe('our own state', () => {
  test('goes up at most every 50 ms, the last one for sure', () => {
    using here = tab()
    here.timers.advance(1_000)
    for (let step = 0; step < 100; step += 1) {
      here.own.cursor = { anchor: { assoc: step }, head: { assoc: step } }
      here.presence.touch()
      here.timers.advance(10)
    }
    here.timers.advance(50)
    expect(here.sent.length).toBeGreaterThanOrEqual(19)
    expect(here.sent.length).toBeLessThanOrEqual(22)
    expect(here.sent.at(-1)?.state).toMatchObject({ cursor: { head: { assoc: 99 } } })
  })

  test('the first word after a pause goes at once', () => {
    using here = tab()
    here.timers.advance(1_000)
    here.presence.setUser({ name: 'Anna', dye: 4 })
    here.timers.advance(0)
    expect(here.sent.map(({ state }) => state)).toEqual([
      { user: { name: 'Anna', dye: 4 }, cursor: null, writing: false },
    ])
  })

  test('has a new clock on every connection, or the server would take it for an old one', () => {
    using here = tab()
    here.presence.renew()
    here.presence.renew()
    const clocks = here.sent.map(({ clock }) => clock)
    expect(clocks).toEqual([...clocks].sort((a, b) => a - b))
    expect(new Set(clocks).size).toBe(2)
  })

  test('comes back stamped: that is who we are', () => {
    using here = tab()
    expect(here.presence.self).toBe(null)
    here.hear(here.ydoc.clientID, 0, { user: { id: 'guest:9', kind: 'guest', name: 'Ann', dye: 7 } })
    expect(here.presence.self).toMatchObject({ id: 'guest:9', dye: 7 })
    expect(here.presence.peers.size).toBe(0)
  })
})

describe('others', () => {
  test('come, move and leave; nothing of theirs goes back up', () => {
    using here = tab()
    here.hear(5, 1, bo)
    expect(here.presence.peers.get(5)?.state.name).toBe('Bo')
    here.hear(5, 2, { ...bo, writing: true })
    here.hear(5, 3, null)
    expect(here.presence.peers.size).toBe(0)
    expect(here.changes.map(({ joined, moved, left }) => [joined.length, moved.length, left.length])).toEqual(
      [
        [1, 1, 0],
        [0, 1, 0],
        [0, 0, 1],
      ],
    )
    expect(here.sent).toEqual([])
  })

  test('an older state, or the same once more, changes nothing', () => {
    using here = tab()
    here.hear(5, 7, bo)
    here.hear(5, 6, { user: { ...bo.user, name: 'Old' } })
    here.hear(5, 7, { user: { ...bo.user, name: 'Same clock' } })
    here.hear(5, 6, null)
    expect(here.presence.peers.get(5)?.state.name).toBe('Bo')
    expect(here.changes).toHaveLength(1)
  })

  test('a renewal is no sign of life from the person', () => {
    using here = tab()
    here.hear(5, 1, bo)
    const { activeAt } = here.presence.peers.get(5) ?? {}
    here.timers.advance(15_000)
    here.hear(5, 2, bo)
    expect(here.presence.peers.get(5)?.activeAt).toBe(activeAt)
    here.presence.wrote(5)
    expect(here.presence.peers.get(5)?.activeAt).toBe(here.timers.now())
  })

  test('are forgotten with the connection, and are new with the next, whatever their clock', () => {
    using here = tab()
    here.hear(5, 7, bo)
    here.presence.clear()
    expect(here.presence.peers.size).toBe(0)
    here.hear(5, 1, bo)
    expect(here.presence.peers.size).toBe(1)
  })

  test('bytes that are no presence are no reason to fall over', () => {
    using here = tab()
    here.presence.receive(Uint8Array.of(3, 1, 2))
    here.presence.receive(Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255, 255))
    expect(here.changes).toEqual([])
  })
})
