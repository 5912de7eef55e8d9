/** What happened elsewhere when programs wrote documents that people had open, and must not happen here. */
import type { DocumentId } from '@weft/protocol'
import { limits } from '@weft/protocol'
import type { DocumentWorker } from '@weft/server/documents-in-worker'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import type { Person } from '../support/person.ts'
import { until } from '../support/until.ts'
import { World } from '../support/world.ts'
import { type WorldRoutes, worldRoutes, worldWorker } from '../support/world-routes.ts'

let worker: DocumentWorker
beforeAll(() => {
  worker = worldWorker()
})
afterAll(() => worker.close())

let world: World
let document: DocumentId
let ann: Person
let routes: WorldRoutes
beforeEach(async () => {
  world = new World(1)
  const together = await world.together('ann')
  document = together.document
  const [person] = together.people
  if (person === undefined) throw new Error('nobody came')
  ann = person
  routes = worldRoutes(world, worker, document)
})

async function put(text: string, revision: number) {
  const headers = { 'content-type': 'text/markdown', 'if-match': `"${revision}"` }
  return world.during(routes.ask('PUT', '/content', { body: text, headers }))
}

async function read() {
  const { text, etag } = await world.during(routes.ask('GET', '/content'))
  return { text, revision: Number(etag?.replaceAll('"', '')) }
}

async function type(index: number, text: string): Promise<void> {
  ann.type(index, text)
  await world.settled()
}

describe('outline/outline#13405: a stale write by a program', () => {
  it('that is answered 200 takes nothing of what somebody typed since', async () => {
    await type(0, 'Plan\n\nFirst step.\n')
    const seen = await read()
    // The person writes on while the program thinks.
    await type(18, 'Written by hand, for twenty minutes.\n')
    await type(0, 'The ')
    const answer = await put('Plan\n\nFirst step, reviewed.\n\nSecond step.\n', seen.revision)
    expect(answer).toMatchObject({ status: 200, json: { merged: true }, etag: null })
    await world.settled()
    const { text } = await read()
    expect(text).toContain('Written by hand, for twenty minutes.\n')
    expect(text).toContain('The Plan\n\nFirst step, reviewed.\n')
    expect(text).toContain('Second step.\n')
    expect(ann.text.toString()).toBe(text)
  })

  it('is not lost either when the document is closed, folded and opened again', async () => {
    await type(0, 'one\n')
    const seen = await read()
    ann.type(4, 'two\n')
    expect((await put('one\nprogram\n', seen.revision)).status).toBe(200)
    await world.settled()
    const { text } = await read()
    ann.disconnect()
    world.timers.advance(limits.idleRoomMs + 1)
    await world.settled()
    expect(world.rooms.stats().rooms).toBe(0)
    expect((await read()).text).toBe(text)
    await world.connect(ann, document)
    await world.settled()
    expect(ann.text.toString()).toBe(text)
    expect(text).toMatch(/program\n/)
    expect(text).toMatch(/two\n/)
  })

  it('in which the program goes on from the answer takes nothing, if it reads when it is told to', async () => {
    await type(0, 'a\n')
    let [text, revision] = ['a\n', (await read()).revision]
    for (let round = 0; round < 20; round++) {
      ann.type(0, `typed ${round}\n`)
      if (round % 3 === 0) await world.settled()
      text += `program ${round}\n`
      const answer = await put(text, revision)
      const { merged, revision: reached } = answer.json as { merged: boolean; revision: number }
      if (merged) ({ text, revision } = await read())
      else revision = reached
    }
    await world.settled()
    const final = (await read()).text
    for (let round = 0; round < 20; round++) {
      expect(final.split(`typed ${round}\n`)).toHaveLength(2)
      expect(final.split(`program ${round}\n`)).toHaveLength(2)
    }
  })
})

describe('mwouts/jupytext#1648: programs that write their file again and again', () => {
  it('overwrite nothing in 431 writes, and a file that has not changed is no change', async () => {
    const paragraphs = Array.from({ length: 20 }, (_, n) => `Paragraph ${n}.\n\n`)
    await type(0, paragraphs.join(''))
    // Two programs that watch a file each. What they last read is their base; they write it whole at every tick.
    const files = await Promise.all([read(), read()])
    const typed: string[] = []
    const saved: string[] = []
    for (let tick = 0; tick < 431; tick++) {
      const file = files[tick % 2]
      if (file === undefined) continue
      if (tick % 3 === 0) {
        const words = `typed ${tick};`
        typed.push(words)
        ann.type(ann.text.toString().indexOf(`Paragraph ${world.random.below(20)}.`), words)
        await world.settled()
      }
      if (tick % 7 === 0) {
        const words = `saved ${tick};`
        saved.push(words)
        file.text += words
      }
      const before = (await read()).revision
      const answer = await put(file.text, file.revision)
      expect(answer.status).toBe(200)
      const { changed, revision } = answer.json as { changed: number; revision: number }
      if (changed === 0) expect(revision).toBe(before)
      // Most of the time they do not look at what came of it: only a file that was written is read back.
      if (changed > 0) Object.assign(file, await read())
    }
    await world.settled()
    const { text } = await read()
    expect(ann.text.toString()).toBe(text)
    for (const words of typed) expect(text.split(words), words).toHaveLength(2)
    for (const words of saved) expect(text.split(words), words).toHaveLength(2)
  })
})

describe('a program that writes', () => {
  it('is shown where it wrote, under its name as a program, and soon no more', async () => {
    await type(0, 'one\ntwo\n')
    const body = { edits: [{ find: 'two', replace: 'TWO' }] }
    expect((await world.during(routes.ask('POST', '/edits', { body }))).status).toBe(200)
    await world.settled()
    const programs = () =>
      [...ann.presence.getStates()]
        .filter(([client]) => client !== ann.doc.clientID)
        .map(([, state]) => state)
    expect(programs()).toMatchObject([
      { user: { id: 'guest:anonymous', kind: 'token', name: 'Program', dye: 12 }, writing: true },
    ])
    const [{ cursor } = { cursor: null }] = programs()
    for (const end of ['anchor', 'head']) {
      const position = Y.createRelativePositionFromJSON(cursor[end])
      expect(Y.createAbsolutePositionFromRelativePosition(position, ann.doc)?.index).toBe(7)
    }
    world.timers.advance(limits.programPresenceMs)
    await world.settled()
    expect(programs()).toEqual([])
  })

  it('leaves the caret of somebody who types beside it where it is', async () => {
    await type(0, 'The quick fox jumps.\n')
    const { revision } = await read()
    const caret = Y.createRelativePositionFromTypeIndex(ann.text, 14)
    await put('The very quick brown fox jumped!\n', revision)
    await world.settled()
    const at = Y.createAbsolutePositionFromRelativePosition(caret, ann.doc)?.index ?? 0
    expect(ann.text.toString().slice(at, at + 4)).toBe('jump')
  })

  it('is told when the storage cannot say that it is stored, and may repeat', async () => {
    await type(0, 'a')
    const { revision } = await read()
    world.log.hold()
    const first = routes.ask('PUT', '/content', {
      body: 'ab',
      headers: { 'content-type': 'text/plain', 'if-match': `"${revision}"` },
    })
    let answered: { readonly status: number } | null = null
    void first.then((answer) => {
      answered = answer
    })
    await until(() => {
      world.timers.step(10_000)
      return answered !== null
    })
    expect(answered).toMatchObject({ status: 503, json: { code: 'storage-unavailable' } })
    world.log.release()
    await world.settled()
    expect(await put('ab', revision)).toMatchObject({ status: 200 })
    await world.settled()
    expect(ann.text.toString()).toBe('ab')
  })
})
