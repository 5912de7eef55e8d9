import { expect, test } from 'vitest'
import { listPeople, type OwnPresence } from '../../packages/editor/src/people.ts'
import type { Peer } from '../../packages/editor/src/presence.ts'
import type { PresenceState } from '../../packages/editor/src/presence-frame.ts'

const now = 10_000_000
const state = (facts: Partial<PresenceState>): PresenceState => ({
  id: null,
  kind: 'guest',
  name: 'Guest',
  dye: 1,
  cursor: null,
  writing: false,
  ...facts,
})
const peer = (client: number, facts: Partial<PresenceState>, times: Partial<Peer> = {}): Peer => ({
  client,
  state: state(facts),
  activeAt: now,
  wroteAt: null,
  ...times,
})
const you: OwnPresence = {
  name: 'Ann',
  dye: 2,
  stamped: state({ id: 'guest:1', name: 'Ann', dye: 2 }),
  wroteAt: null,
  activeAt: now,
  line: 4,
}
const list = (peers: readonly Peer[], own = you) =>
  listPeople(
    peers,
    own,
    peers.map(({ client }) => ({ client, name: '', dye: 1, anchor: 0, head: client * 10, movedAt: 0 })),
    (position) => position / 10,
    now,
  )

test('others come in the order of their arrival, you come last', () => {
  const people = list([peer(9, { id: 'a', name: 'Bo' }), peer(3, { id: 'b', name: 'Cy' })])
  expect(people.map(({ name, you, line }) => [name, you, line])).toEqual([
    ['Bo', false, 9],
    ['Cy', false, 3],
    ['Ann', true, 4],
  ])
})

test('a person with two tabs is one person, where they were last', () => {
  const people = list([
    peer(1, { id: 'a', name: 'Bo' }, { activeAt: now - 5_000 }),
    peer(2, { id: 'a', name: 'Bo' }),
    peer(3, { id: 'guest:1', name: 'Ann' }),
  ])
  expect(people.map(({ name, line }) => [name, line])).toEqual([
    ['Bo', 2],
    ['Ann', 4],
  ])
})

test('two strangers who share an id of the server but not a name are two people', () => {
  const people = list([
    peer(1, { id: 'guest:anonymous', name: 'Bo' }),
    peer(2, { id: 'guest:anonymous', name: 'Cy' }),
  ])
  expect(new Set(people.map(({ key }) => key)).size).toBe(3)
})

test('nobody without an id is taken for somebody else', () => {
  expect(list([peer(1, { name: 'Guest' }), peer(2, { name: 'Guest' })])).toHaveLength(3)
})

test('activity is writing for 30 s after text or by their own word, away after 2 minutes without a sign', () => {
  const activity = (facts: Partial<PresenceState>, times: Partial<Peer>) =>
    list([peer(1, facts, times)])[0]?.activity
  expect(activity({}, { wroteAt: now - 29_999 })).toBe('writing')
  expect(activity({}, { wroteAt: now - 30_000 })).toBe('here')
  expect(activity({ writing: true }, {})).toBe('writing')
  expect(activity({}, { activeAt: now - 119_999 })).toBe('here')
  expect(activity({}, { activeAt: now - 120_000 })).toBe('away')
})

test('you are as the server names you, once it does', () => {
  const stamped = state({ id: 'user:1', kind: 'user', name: 'Ann Bee', dye: 5 })
  expect(list([], { ...you, stamped })[0]).toMatchObject({ name: 'Ann Bee', dye: 5, kind: 'user', you: true })
  expect(list([], { ...you, stamped: null })[0]).toMatchObject({
    name: 'Ann',
    dye: 2,
    kind: 'guest',
    you: true,
  })
})
