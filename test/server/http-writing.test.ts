/** Programs write content while people type, over HTTP, on every storage. */
import type { DocumentResource, Problem } from '@weft/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { type Weft, weft } from '../support/weft.ts'
import { programOf, type Written } from '../support/writing-program.ts'

describe.each([
  ['SQLite', {}],
  ['memory', { forgets: true }],
])('a program on %s', (_, options) => {
  let server: Weft
  beforeAll(async () => {
    server = await weft(options)
  })
  afterAll(() => server.close())
  const program = programOf(() => server)

  describe('that writes a text', () => {
    it('is answered with what changed where, at the revision that holds it', async () => {
      const { id } = await server.create({ content: 'One.\nTwo.\n' })
      const answer = await program.put(id, '"1"', 'One.\n2.\n')
      expect(answer).toMatchObject({
        status: 200,
        json: {
          revision: 2,
          base: 1,
          merged: false,
          changed: 1,
          changes: [{ line: 2, from: 5, to: 8, removed: 'Two', insert: '2' }],
        },
      })
      expect(answer.headers.get('etag')).toBe('"2"')
      expect(await program.read(id)).toBe('One.\n2.\n')
    })

    it('merges it with what was written since, and is told to read again', async () => {
      const { id } = await server.create({ content: 'One.\nTwo.\n' })
      await program.type(id, 0, 'Zero.\n')
      const answer = await program.put(id, '"1"', 'One.\nTwo.\nThree.\n')
      expect(answer.json).toMatchObject({ revision: 3, base: 1, merged: true })
      expect(answer.headers.get('etag')).toBeNull()
      expect(await program.read(id)).toBe('Zero.\nOne.\nTwo.\nThree.\n')
    })

    it('that is there already changes nothing', async () => {
      const { id } = await server.create({ content: 'same' })
      const answer = await program.put(id, '"1"', 'same')
      expect(answer.json).toMatchObject({ revision: 1, base: 1, merged: false, changed: 0, changes: [] })
      expect(answer.headers.get('etag')).toBe('"1"')
      expect((await server.storage.documents.get(id as never))?.revision).toBe(1)
    })

    it('may repeat it: the same text on the same revision is the same edit', async () => {
      const { id } = await server.create({ content: 'a' })
      const first = await program.put(id, '"1"', 'ab')
      await program.type(id, 2, 'c')
      const second = await program.put(id, '"1"', 'ab')
      expect(second.json).toEqual(first.json)
      expect(await program.read(id)).toBe('abc')
    })

    it('may leave its type unsaid, as curl -T does; a wrong one is named in the answer', async () => {
      const { id } = await server.create({ content: 'a' })
      const path = `/documents/${id}/content`
      const form = await server.ask('PUT', path, 'b', {
        'content-type': 'application/x-www-form-urlencoded',
      })
      expect(form).toMatchObject({ status: 415, json: { code: 'unsupported-media-type' } })
      expect((form.json as Problem).detail).toContain('says application/x-www-form-urlencoded')
      expect(await program.read(id)).toBe('a')
      const answer = await fetch(`${server.url}/api/v1${path}`, {
        method: 'PUT',
        headers: { 'if-match': '"1"' },
        body: new TextEncoder().encode('b'),
      })
      expect(answer.status).toBe(200)
      expect(await program.read(id)).toBe('b')
    })

    it('has to say what it edited: 428, and how', async () => {
      const { id } = await server.create({ content: 'a' })
      for (const base of [null, '*']) {
        const answer = await program.put(id, base, 'b')
        expect(answer).toMatchObject({ status: 428, json: { code: 'base-required' } })
        expect((answer.json as Problem).detail).toContain('?base=latest')
      }
      expect(await program.read(id)).toBe('a')
    })

    it('may replace whatever is there, and keeps what stays the same', async () => {
      const { id } = await server.create({ content: 'one two three' })
      const state = await program.state(id)
      const [, word] = [0, Y.createRelativePositionFromTypeIndex(state.getText('content'), 8)]
      const answer = await server.ask('PUT', `/documents/${id}/content?base=latest`, 'one 2 three', {
        'content-type': 'text/plain',
      })
      expect(answer.json).toMatchObject({ revision: 2, base: 1, merged: false })
      const after = await program.state(id)
      expect(Y.createAbsolutePositionFromRelativePosition(word, after)?.index).toBe(6)
      // Again is again: somebody may have written in between.
      await program.type(id, 0, 'zero ')
      await server.ask('PUT', `/documents/${id}/content?base=latest`, 'one 2 three', {
        'content-type': 'text/plain',
      })
      expect(await program.read(id)).toBe('one 2 three')
    })

    it.each([
      ['"7"', 'not that far'],
      ['"one"', 'no revision'],
      ['"1-html1"', 'no revision'],
      ['1', 'no revision'],
    ])('on %s is told how to go on: 412', async (base, why) => {
      const { id } = await server.create({ content: 'a' })
      const answer = await program.put(id, base, 'b')
      expect(answer).toMatchObject({ status: 412, json: { code: 'base-missing' } })
      expect((answer.json as Problem).detail).toContain(why)
      expect(await program.read(id)).toBe('a')
    })

    it('on a weak tag, as proxies make them, is understood; on two it is not', async () => {
      const { id } = await server.create({ content: 'a' })
      expect((await program.put(id, 'W/"1"', 'b')).status).toBe(200)
      expect(await program.put(id, '"1", "2"', 'c')).toMatchObject({ status: 400 })
    })

    it.each([
      [400, 'invalid-request', '/content?base=newest', {}],
      [400, 'invalid-request', '/content?base=latest&x=1', {}],
      [400, 'invalid-request', '/content?base=latest', { 'if-match': '"1"' }],
      [415, 'unsupported-media-type', '/content', { 'content-type': 'text/html' }],
      [415, 'unsupported-media-type', '/content', { 'content-type': 'text/plain; charset=latin1' }],
      [415, 'unsupported-media-type', '/content', { 'content-encoding': 'gzip' }],
    ])('in a wrong way is refused: %i %s', async (status, code, path, headers) => {
      const { id } = await server.create({ content: 'a' })
      const answer = await server.ask('PUT', `/documents/${id}${path}`, 'b', {
        'content-type': 'text/markdown',
        ...headers,
      })
      expect(answer).toMatchObject({ status, json: { code } })
      expect(await program.read(id)).toBe('a')
    })

    it.each([
      [Uint8Array.of(0xff, 0xfe), 'malformed-text'],
      [new TextEncoder().encode('a\r\nb'), 'malformed-line-ends'],
      [Uint8Array.of(0xed, 0xa0, 0xbd), 'malformed-text'],
    ])('of bytes that no text has is refused: %s', async (bytes, code) => {
      const { id } = await server.create({ content: 'a' })
      const answer = await server.ask('PUT', `/documents/${id}/content`, bytes, {
        'content-type': 'text/markdown',
        'if-match': '"1"',
      })
      expect(answer).toMatchObject({ status: 422, json: { code } })
    })

    it('gets back what it wrote, byte by byte', async () => {
      const { id } = await server.create({ content: '' })
      const text = '\ufeffGrüße 🌍\u0000\u2028 👩‍👩‍👧‍👦\n\n'
      expect((await program.put(id, '"0"', text)).json).toMatchObject({ revision: 1, merged: false })
      const response = await fetch(`${server.url}/api/v1/documents/${id}/content`)
      expect(new Uint8Array(await response.arrayBuffer())).toEqual(new TextEncoder().encode(text))
    })

    it('that is too large is refused', async () => {
      const { id } = await server.create({ content: '' })
      const long = await program.put(id, '"0"', 'x'.repeat(4 * 1024 * 1024 + 1))
      expect(long).toMatchObject({ status: 413, json: { code: 'document-full' } })
      expect(await program.put(id, '"0"', 'x'.repeat(12 * 1024 * 1024 + 1))).toMatchObject({
        status: 413,
        json: { code: 'too-large' },
      })
      expect(await program.read(id)).toBe('')
    })

    it('of which half an emoji changes replaces all of it', async () => {
      const { id } = await server.create({ content: 'a 😀 b' })
      await program.put(id, '"1"', 'a 😁 b')
      expect(await program.read(id)).toBe('a 😁 b')
    })

    it('into a document of another kind, in the trash or nowhere is told so', async () => {
      const yjs = await server.create({ kind: 'yjs' })
      expect(await program.put(yjs.id, '"0"', 'b')).toMatchObject({
        status: 409,
        json: { code: 'not-a-text-document' },
      })
      const { id } = await server.create({ content: 'a' })
      await server.ask('DELETE', `/documents/${id}`)
      expect(await program.put(id, '"1"', 'b')).toMatchObject({
        status: 410,
        json: { code: 'document-in-trash' },
      })
      expect(await program.put('nowhere', '"1"', 'b')).toMatchObject({ status: 404 })
    })

    it('while the document goes to the trash is stored and kept, or told so', async () => {
      for (let round = 0; round < 10; round++) {
        const { id } = await server.create({ content: 'a' })
        const [answer] = await Promise.all([
          program.put(id, '"1"', `a${round}`),
          server.ask('DELETE', `/documents/${id}`),
        ])
        await server.ask('POST', `/documents/${id}/restore`)
        const text = await program.read(id)
        if (answer.status === 200) expect(text).toBe(`a${round}`)
        else expect([answer.status, text]).toEqual([410, 'a'])
      }
    })

    it('together with many others loses none of theirs, and each has a revision of its own text', async () => {
      const { id } = await server.create({ content: 'start\n' })
      const writes = Array.from({ length: 24 }, (_, n) => program.put(id, '"1"', `start\nline ${n}\n`))
      const answers = await Promise.all(writes)
      expect(answers.map(({ status }) => status)).toEqual(Array(24).fill(200))
      const text = await program.read(id)
      for (let n = 0; n < 24; n++) expect(text).toContain(`line ${n}\n`)
      for (const { json, headers } of answers) {
        const { revision, merged } = json as Written
        expect(headers.has('etag')).toBe(!merged)
        if (merged) continue
        const then = await server.ask('GET', `/documents/${id}/content?at=${revision}`)
        expect(then.text).toMatch(/^start\nline \d+\n$/)
      }
    })
  })

  describe('that edits where something is written', () => {
    it('has all of its edits made, in one revision', async () => {
      const { id } = await server.create({ content: '# Day\n\nRed and red.\n\n## Log\n- one\n\n## End\n' })
      const answer = await program.edits(id, [
        { find: 'and red', replace: 'and blue' },
        { under: '## Log', append: '- two' },
        { prepend: 'Top' },
        { append: 'Bottom' },
      ])
      expect(answer).toMatchObject({ status: 200, json: { revision: 2, base: 1, merged: false, changed: 4 } })
      expect(await program.read(id)).toBe(
        'Top\n# Day\n\nRed and blue.\n\n## Log\n- one\n- two\n\n## End\nBottom\n',
      )
    })

    it('and guesses wrong is told what stands where, and nothing is changed', async () => {
      const { id } = await server.create({ content: 'one\ntwo\nTwo \n' })
      const answer = await program.edits(id, [
        { append: 'kept back' },
        { find: 'o', replace: '0' },
        { find: 'TWO', replace: '2' },
      ])
      expect(answer).toMatchObject({
        status: 409,
        json: {
          code: 'edit-misfit',
          revision: 1,
          misfits: [
            { edit: 1, reason: 'ambiguous', found: [{ line: 1, excerpt: 'one' }, { line: 2 }, { line: 3 }] },
            { edit: 2, reason: 'absent', found: [{ line: 2, excerpt: 'two' }, { line: 3 }] },
          ],
        },
      })
      expect(await program.read(id)).toBe('one\ntwo\nTwo \n')
    })

    it('counts in the revision that it names, whatever was written since', async () => {
      const { id } = await server.create({ content: 'abc def' })
      await program.type(id, 0, 'xxx ')
      const edit = { range: { from: 4, to: 7 }, insert: 'DEF' }
      expect((await program.edits(id, [{ ...edit, revision: 1 }])).json).toMatchObject({
        base: 1,
        merged: true,
      })
      expect(await program.read(id)).toBe('xxx abc DEF')
      expect(await program.edits(id, [edit])).toMatchObject({ status: 428, json: { code: 'base-required' } })
      const byHeader = await program.edits(id, [{ ...edit, insert: 'xyz' }], { 'if-match': '"1"' })
      expect(byHeader.status).toBe(200)
      const twice = [
        { ...edit, revision: 1 },
        { ...edit, revision: 2 },
      ]
      expect(await program.edits(id, twice)).toMatchObject({ status: 400, json: { code: 'invalid-request' } })
    })

    it('appends again and again under one client id, so that the document does not fill up with them', async () => {
      const { id } = await server.create({ content: '' })
      for (let n = 0; n < 30; n++) await program.edits(id, [{ append: `${n}` }])
      expect(await program.read(id)).toBe(Array.from({ length: 30 }, (_, n) => `${n}\n`).join(''))
      expect((await program.state(id)).store.clients.size).toBe(1)
    })

    it('at the same time as others has every edit made once, under as many client ids as write at once', async () => {
      const { id } = await server.create({ content: 'log' })
      const numbers = Array.from({ length: 30 }, (_, n) => n)
      const append = (n: number) => program.edits(id, [{ append: `<${n}>` }])
      for (const burst of [numbers.slice(0, 15), numbers.slice(15)]) await Promise.all(burst.map(append))
      const lines = (await program.read(id)).split(/(?=<)/).map((line) => line.trim())
      expect(lines.slice(1).toSorted()).toEqual(numbers.map((n) => `<${n}>`).toSorted())
      // One wrote the text that was there first.
      expect((await program.state(id)).store.clients.size).toBeLessThanOrEqual(16)
    })

    it.each([
      [400, []],
      [400, 'none'],
      [400, [{}]],
      [400, [{ find: '', replace: 'x' }]],
      [400, [{ find: 'a', replace: 'x', occurrence: 0 }]],
      [400, [{ find: 'a', replace: 'x', everywhere: true }]],
      [400, [{ range: { from: -1, to: 0 }, revision: 1, insert: '' }]],
      [400, [{ range: { from: 0 }, revision: 1, insert: '' }]],
      [422, [{ append: 'a\rb' }]],
      [409, [{ range: { from: 0, to: 99 }, revision: 1, insert: '' }]],
      [
        409,
        [
          { find: 'a', replace: 'b' },
          { find: 'a', replace: 'c' },
        ],
      ],
      [409, [{ under: '## Nowhere', append: 'x' }]],
      [412, [{ range: { from: 0, to: 0 }, revision: 99, insert: 'x' }]],
    ])('in a way that cannot be is refused: %i %j', async (status, edits) => {
      const { id } = await server.create({ content: 'a 😀' })
      const answer = await server.ask('POST', `/documents/${id}/edits`, { edits })
      expect(answer).toMatchObject({ status })
      expect(await program.read(id)).toBe('a 😀')
    })

    it('in too many places is told to send the text whole', async () => {
      const { id } = await server.create({ content: 'a '.repeat(20_001) })
      const answer = await program.edits(id, [{ find: 'a', replace: 'b', occurrence: 'all' }])
      expect(answer).toMatchObject({ status: 413, json: { code: 'too-large' } })
    })
  })

  describe('that sends a diff', () => {
    const diff = '--- a\n+++ b\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n'

    it('has it applied where its lines are now', async () => {
      const { id } = await server.create({ content: 'one\ntwo\n' })
      await program.type(id, 0, 'zero\n')
      expect((await program.patch(id, diff)).json).toMatchObject({ changed: 1, merged: false })
      expect(await program.read(id)).toBe('zero\none\n2\n')
    })

    it('of a revision has it merged', async () => {
      const { id } = await server.create({ content: 'one\ntwo\n' })
      await program.type(id, 3, ' more')
      expect((await program.patch(id, diff, { 'if-match': '"1"' })).json).toMatchObject({
        base: 1,
        merged: true,
      })
      expect(await program.read(id)).toBe('one more\n2\n')
    })

    it('that does not fit is told where', async () => {
      const { id } = await server.create({ content: 'uno\ndos\n' })
      expect(await program.patch(id, diff)).toMatchObject({
        status: 409,
        json: { code: 'edit-misfit', misfits: [{ edit: 0, reason: 'absent', found: [{ line: 1 }] }] },
      })
    })

    it.each(['', 'hello', '@@ -1 +1 @@\n', '@@ nonsense\n', '@@ -1 +1 @@\n-a\n+b\n--- x\n+++ y\n--- z\n'])(
      'that is none is told so: %j',
      async (body) => {
        const { id } = await server.create({ content: 'a\n' })
        expect(await program.patch(id, body)).toMatchObject({ status: 422, json: { code: 'malformed-diff' } })
      },
    )
  })

  it('that writes into a full document is told so, and may delete', async () => {
    await using small = await weft({ ...options, bounds: { textLength: 100 } })
    const { id } = (await small.create({ content: 'x'.repeat(90) })) as DocumentResource
    const text = { 'content-type': 'text/plain', 'if-match': '"1"' }
    expect(await small.ask('PUT', `/documents/${id}/content`, 'x'.repeat(120), text)).toMatchObject({
      status: 413,
      json: { code: 'document-full' },
    })
    expect((await small.ask('PUT', `/documents/${id}/content`, 'x'.repeat(20), text)).status).toBe(200)
  })
})
