import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { resolveCursor } from '../../packages/editor/src/caret-tracker.ts'
import { type PresenceState, readPresenceFrame } from '../../packages/editor/src/presence-frame.ts'
import { presenceStates } from '../support/presence.ts'
import { random, seeds } from '../support/random.ts'

const read = (state: unknown): PresenceState | null | undefined =>
  readPresenceFrame(presenceStates([{ client: 7, clock: 1, state }]))?.[0]?.state

const stamped = { id: 'user:1', kind: 'user', name: 'Ann', dye: 2, color: '#b3252c', colorLight: '#b3252c33' }
const position = { tname: 'content', item: { client: 7, clock: 3 }, assoc: 0 }

describe('a presence state', () => {
  test('is read as the server stamps it', () => {
    expect(read({ user: stamped, cursor: { anchor: position, head: position }, writing: true })).toEqual({
      id: 'user:1',
      kind: 'user',
      name: 'Ann',
      dye: 2,
      cursor: { anchor: position, head: position },
      writing: true,
    })
  })

  test('of a stock client, with a name and a colour only, gets a dye of ours', () => {
    const state = read({ user: { name: 'Bo', color: 'red;position:fixed;inset:0', colorLight: 'url(x)' } })
    expect(state).toMatchObject({ id: null, kind: 'guest', name: 'Bo', cursor: null, writing: false })
    expect(state?.dye).toBeGreaterThanOrEqual(1)
    expect(state?.dye).toBeLessThanOrEqual(11)
    expect(JSON.stringify(state)).not.toContain('fixed')
  })

  test('that says nothing is a guest all the same', () => {
    expect(read({})).toMatchObject({ name: 'Guest', kind: 'guest', cursor: null })
  })

  test.each([
    ['null', null],
    ['a number', 4],
    ['a text', 'Ann'],
    ['a list', [stamped]],
  ])('that is %s is none', (_what, state) => {
    expect(read(state)).toBe(null)
  })

  test('cannot reach prototypes', () => {
    const json = `{"__proto__":{"user":{"name":"Eve","dye":3}},"user":{"__proto__":{"name":"Eve"},"constructor":1}}`
    expect(read(JSON.parse(json))).toMatchObject({ name: 'Guest' })
    expect(({} as Record<string, unknown>).user).toBe(undefined)
  })

  test.each([0, 13, 1.5, -1, '3', Number.MAX_VALUE, { toString: 'x' }, [2], null, true])(
    'with the dye %j gets one of the twelve',
    (dye) => {
      const found = read({ user: { ...stamped, dye } })?.dye
      expect(Number.isInteger(found) && Number(found) >= 1 && Number(found) <= 12).toBe(true)
    },
  )

  test('has a name without line breaks, marks that turn direction, or length', () => {
    const name = (text: unknown) => read({ user: { ...stamped, name: text } })?.name
    expect(name('A\nn\u202en\u2066')).toBe('A n n')
    expect(name('x'.repeat(500))).toHaveLength(60)
    expect(name('👩‍👩‍👧'.repeat(200))?.isWellFormed()).toBe(true)
    expect(name('   ')).toBe('Guest')
    expect(name({ toString: () => 'Eve' })).toBe('Guest')
    expect(name('<img src=x onerror=alert(1)>')).toBe('<img src=x onerror=alert(1)>')
  })

  test.each([
    ['no head', { anchor: position }],
    [
      'negative clocks',
      { anchor: position, head: { ...position, item: { client: -1, clock: 3 }, tname: 1 } },
    ],
    ['fractions', { anchor: { item: { client: 1.5, clock: 3 } }, head: position }],
    ['texts for numbers', { anchor: { item: { client: '1', clock: '3' } }, head: position }],
    ['nothing to hold on to', { anchor: { assoc: 0 }, head: position }],
    ['a list', [position, position]],
  ])('with a caret of %s has none', (_what, cursor) => {
    expect(read({ user: stamped, cursor })?.cursor).toBe(null)
  })

  test('larger than a state may be is left out, and the others count', () => {
    const huge = { user: { ...stamped, more: 'x'.repeat(10_000) } }
    const entries = readPresenceFrame(
      presenceStates([
        { client: 1, clock: 1, state: huge },
        { client: 2, clock: 1, state: { user: stamped } },
      ]),
    )
    expect(entries?.map(({ client }) => client)).toEqual([2])
  })
})

describe('a presence frame', () => {
  test('that is cut off anywhere counts for nothing', () => {
    const whole = presenceStates([{ client: 7, clock: 1, state: { user: stamped } }])
    for (let length = 0; length < whole.length; length += 1)
      expect(readPresenceFrame(whole.slice(0, length))).toBe(null)
  })

  for (const seed of seeds(50)) {
    test(`of random bytes never throws (seed ${seed})`, () => {
      const source = random(seed)
      for (let round = 0; round < 200; round += 1) {
        const bytes = Uint8Array.from({ length: source.below(40) }, () => source.below(256))
        const entries = readPresenceFrame(bytes)
        expect(entries === null || Array.isArray(entries)).toBe(true)
      }
    })
  }
})

describe('a caret', () => {
  const doc = new Y.Doc()
  const ytext = doc.getText('content')
  ytext.insert(0, 'hello world')
  const at = (index: number) =>
    JSON.parse(JSON.stringify(Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(ytext, index))))
  const resolve = (anchor: unknown, head: unknown) => {
    const cursor = read({ user: stamped, cursor: { anchor, head } })?.cursor ?? null
    return cursor === null ? null : resolveCursor(cursor, ytext)
  }

  test('as y-codemirror writes it is found', () => {
    expect(resolve(at(2), at(11))).toEqual({ anchor: 2, head: 11 })
  })

  test('in text that is not here, in another type or at an impossible place is nowhere', () => {
    const unknown = { item: { client: 5, clock: 0 } }
    expect(resolve(unknown, at(1))).toBe(null)
    expect(resolve({ item: { client: doc.clientID, clock: 10_000 } }, at(1))).toBe(null)
    expect(resolve({ type: { client: doc.clientID, clock: 0 } }, at(1))).toBe(null)
    expect(resolve({ tname: 'evil' }, at(1))).toBe(null)
  })

  test('never makes a root in the document', () => {
    resolve({ tname: 'evil' }, { tname: 'worse' })
    expect([...doc.share.keys()]).toEqual(['content'])
  })
})
