/** What the device keeps, in a real browser's IndexedDB. */
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { until } from '../support/until.ts'
import { type EditorAlone, openEditorAlone } from './editor-alone.ts'

let alone: EditorAlone
let profile: BrowserContext
beforeAll(async () => {
  alone = await openEditorAlone()
})
beforeEach(async () => {
  profile = await alone.profile()
})
afterEach(async () => {
  alone.network.mend()
  await profile.close()
  expect(alone.errors).toEqual([])
})
afterAll(() => alone[Symbol.asyncDispose]())

const saveState = (page: Page) => page.evaluate(() => window.weft.editor().saveState.get())
const text = (page: Page) => page.evaluate(() => window.weft.editor().text())
const unsent = (page: Page) => page.evaluate(() => window.weft.unsentDocuments())
const shows = (page: Page, state: string) =>
  until(async () => (await saveState(page)).state === state, { what: `${state} is shown` })

async function write(page: Page, words: string) {
  await page.locator('.cm-content').focus()
  await page.keyboard.press('Control+End')
  await page.keyboard.type(words)
}

/** Writes rows as a tab would; returns what is read back, as plain numbers. */
const inStore = (page: Page) =>
  page.evaluate(async () => {
    const store = await window.weft.openDeviceStore()
    const batch = (byte: number, edits: number, replaces: readonly number[] = []) => ({
      updates: [Uint8Array.of(byte)],
      edits,
      at: 1_000 + byte,
      replaces,
    })
    const first = await store.write('d', 'L', batch(1, 2))
    const second = await store.write('d', 'L', batch(2, 0))
    await store.write('other', 'L', batch(3, 5))
    const read = async (document: string, lineage: string) => {
      const { updates, rows, unsent } = await store.read(document, lineage)
      return {
        bytes: updates.map((update) => update[0]),
        rows: rows.length,
        unsent: unsent.map((row) => row.edits),
      }
    }
    const written = await read('d', 'L')
    await store.write('d', 'L', batch(4, 1, [first.row, second.row]))
    const folded = await read('d', 'L')
    const waiting = await window.weft.unsentDocuments()
    if (first.unsent !== null) await store.forgetUnsent([first.unsent.key])
    const sent = await read('d', 'L')
    const foreign = await read('d', 'M')
    const rescued = await read('d', 'L')
    await window.weft.forgetDocument('d')
    const forgotten = await read('d', 'L')
    const untouched = await read('other', 'L')
    store.close()
    return { written, folded, waiting, sent, foreign, rescued, forgotten, untouched }
  })

describe('the device store', () => {
  test('gives back what was written, in order, and forgets one document without the others', async () => {
    const found = await inStore(await alone.blank(profile))
    expect(found.written).toEqual({ bytes: [1, 2], rows: 2, unsent: [2] })
    expect(found.folded).toEqual({ bytes: [4], rows: 1, unsent: [2, 1] })
    expect(found.waiting).toEqual([
      { document: 'd', lineage: 'L', edits: 3, since: 1_001 },
      { document: 'other', lineage: 'L', edits: 5, since: 1_003 },
    ])
    expect(found.sent).toEqual({ bytes: [4], rows: 1, unsent: [1] })
    expect(found.forgotten).toEqual({ bytes: [], rows: 0, unsent: [] })
    expect(found.untouched).toEqual({ bytes: [3], rows: 1, unsent: [5] })
  })

  test('does not give out another lineage, and keeps one that has unsent edits', async () => {
    const found = await inStore(await alone.blank(profile))
    expect(found.foreign).toEqual({ bytes: [], rows: 0, unsent: [] })
    expect(found.rescued).toEqual({ bytes: [4], rows: 1, unsent: [1] })
  })

  test('drops another lineage that has nothing unsent', async () => {
    const page = await alone.blank(profile)
    const left = await page.evaluate(async () => {
      const store = await window.weft.openDeviceStore()
      await store.write('d', 'old', { updates: [Uint8Array.of(1)], edits: 0, at: 1, replaces: [] })
      await store.read('d', 'new')
      return (await store.read('d', 'old')).rows.length
    })
    expect(left).toBe(0)
  })
})

describe('a document on the device', () => {
  test('edits made without a connection outlive their tab, are counted, and are sent by the next', async () => {
    const document = await alone.server.create({ title: 'Tunnel', content: 'kept: ' })
    const first = await alone.open(profile, document)
    await shows(first, 'saved')
    alone.network.cut()
    await shows(first, 'device')
    await write(first, 'nine keys')
    await until(async () => JSON.stringify(await saveState(first)).includes('"edits":9'))
    expect(await saveState(first)).toMatchObject({ state: 'device', edits: 9 })
    await first.close()

    const second = await alone.open(profile, document)
    await until(async () => (await text(second)) === 'kept: nine keys')
    await until(async () => (await saveState(second)).state === 'device')
    expect(await saveState(second)).toMatchObject({ state: 'device', edits: 9 })
    expect(await unsent(second)).toMatchObject([{ document: document.id, edits: 9 }])
    await write(second, '!')

    alone.network.mend()
    await shows(second, 'saved')
    const { text: stored } = await alone.server.ask('GET', `/documents/${document.id}/content`)
    expect(stored).toBe('kept: nine keys!')
    await until(async () => (await unsent(second)).length === 0)
  })

  test('a document that was replaced meanwhile does not get the edits of the old one', async () => {
    const document = await alone.server.create({ content: 'old' })
    const first = await alone.open(profile, document)
    await shows(first, 'saved')
    alone.network.cut()
    await shows(first, 'device')
    await write(first, ' mine')
    await until(async () => JSON.stringify(await saveState(first)).includes('"edits":5'))
    await first.close()

    const second = await alone.open(profile, { ...document, lineage: 'another' })
    await until(async () => (await unsent(second)).length === 1)
    expect(await text(second)).toBe('')
    await shows(second, 'absent')
    expect(await unsent(second)).toMatchObject([{ lineage: document.lineage, edits: 5 }])
  })

  test('a hundred bursts leave few rows, and a page without a connection shows the whole text', async () => {
    const document = await alone.server.create({ content: '' })
    const [mine, theirs] = [
      await alone.open(profile, document),
      await alone.open(await alone.profile(), document),
    ]
    await Promise.all([shows(mine, 'saved'), shows(theirs, 'saved')])
    await write(theirs, 'theirs ')
    await write(mine, 'x'.repeat(230))
    await shows(mine, 'saved')
    await until(async () => (await text(mine)).length === 237)
    await mine.evaluate(() => window.weft.editor().close())
    expect(await unsent(mine)).toEqual([])
    const kept = await mine.evaluate(
      async ([id, lineage]) => (await (await window.weft.openDeviceStore()).read(id, lineage)).rows.length,
      [document.id, document.lineage] as const,
    )
    expect(kept).toBeGreaterThan(0)
    expect(kept).toBeLessThanOrEqual(202)
    await mine.close()
    alone.network.cut()
    const later = await alone.open(profile, document)
    await until(async () => (await text(later)).length === 237)
    expect((await text(later)).replaceAll('x', '')).toBe('theirs ')
  })

  test('a browser that does not store says so, and asks before the page is left', async () => {
    const document = await alone.server.create({ content: '' })
    await profile.addInitScript(() => {
      Object.defineProperty(window, 'indexedDB', {
        value: {
          open: () => {
            throw new DOMException('no', 'SecurityError')
          },
        },
      })
    })
    const page = await alone.open(profile, document)
    await shows(page, 'saved')
    alone.network.cut()
    await until(async () => ['device', 'tab'].includes((await saveState(page)).state))
    await write(page, 'only here')
    await shows(page, 'tab')
    const asked = new Promise<string>((resolve) => {
      page.once('dialog', (dialog) => {
        resolve(dialog.type())
        void dialog.dismiss()
      })
    })
    await page.close({ runBeforeUnload: true })
    expect(await asked).toBe('beforeunload')
    alone.network.mend()
    await shows(page, 'saved')
    await page.close({ runBeforeUnload: true })
    await until(() => page.isClosed())
  })
})
