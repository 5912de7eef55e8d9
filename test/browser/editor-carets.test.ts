/** Other people in the text: what is drawn, and that it never disturbs. */
import type { DocumentResource } from '@weft/protocol'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { type StockClient, stockClient } from '../support/stock-client.ts'
import { until } from '../support/until.ts'
import { type EditorAlone, openEditorAlone } from './editor-alone.ts'

let alone: EditorAlone
let profile: BrowserContext
const others: StockClient[] = []
beforeAll(async () => {
  alone = await openEditorAlone()
})
beforeEach(async () => {
  profile = await alone.profile()
})
afterEach(async () => {
  for (const other of others.splice(0)) other.leave()
  await profile.close()
  expect(alone.errors).toEqual([])
})
afterAll(() => alone[Symbol.asyncDispose]())

const lines = (count: number) => Array.from({ length: count }, (_, index) => `Line ${index + 1}.`).join('\n')

async function open(content: string): Promise<{ page: Page; resource: DocumentResource }> {
  const resource = await alone.server.create({ content })
  const page = await alone.open(profile, resource)
  await until(async () => (await page.evaluate(() => window.weft.editor().saveState.get().state)) === 'saved')
  return { page, resource }
}

/** A person with an unmodified y-websocket, whose caret is written as y-codemirror writes it. */
async function join({ id }: DocumentResource, name: string) {
  const other = stockClient(alone.server.port, id, { name })
  others.push(other)
  await other.synced()
  const position = (index: number) =>
    Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(other.text, index))
  return {
    ...other,
    text: other.text,
    goTo(head: number, anchor = head) {
      other.provider.awareness.setLocalStateField('cursor', {
        anchor: position(anchor),
        head: position(head),
      })
    },
    say: (state: Record<string, unknown>) => other.provider.awareness.setLocalState(state),
  }
}

const label = (page: Page, name: string) => page.locator('.weft-caret-label', { hasText: name })
const isShown = (page: Page, name: string) =>
  label(page, name).evaluate((element) => element.classList.contains('weft-caret-label-shown'))
/** What stays where it is when others write: the first line on screen, its place, and the caret. */
const place = (page: Page) =>
  page.evaluate(() => {
    const view = window.weft.view()
    const top = view.scrollDOM.getBoundingClientRect().top
    const block = view.lineBlockAtHeight(top - view.documentTop)
    const line = view.state.doc.lineAt(block.from).text
    const caret = view.state.selection.main.head
    return {
      line,
      offset: Math.round(view.documentTop + block.top - top),
      caret: view.state.doc.lineAt(caret).text,
    }
  })

/** Until what is under way has been drawn. */
const frames = (page: Page) =>
  page.evaluate(async () => {
    for (let frame = 0; frame < 4; frame += 1) await new Promise((resolve) => requestAnimationFrame(resolve))
  })

describe('a caret', () => {
  test('of a stock client stands where it is, with its name while it moves and a dot 1.8 s later', async () => {
    const { page, resource } = await open('Hello world\n\nmore')
    const bo = await join(resource, 'Bo')
    bo.goTo(5)
    await until(() => label(page, 'Bo').count())
    await until(() => isShown(page, 'Bo'))
    const [bar, expected] = await page.evaluate(() => {
      const rect = document.querySelector('.weft-caret')?.getBoundingClientRect()
      const at = window.weft.view().coordsAtPos(5)
      return [rect && { x: rect.x, y: rect.y }, at && { x: at.left, y: at.top }]
    })
    expect(Math.abs((bar?.x ?? 0) + 1 - (expected?.x ?? -9))).toBeLessThanOrEqual(1)
    expect(Math.abs((bar?.y ?? 0) - (expected?.y ?? -9))).toBeLessThanOrEqual(1)
    const since = Date.now()
    await until(async () => !(await isShown(page, 'Bo')))
    expect(Date.now() - since).toBeGreaterThan(1_000)
    bo.text.insert(5, '!')
    await until(() => isShown(page, 'Bo'), { what: 'typing shows the name again' })
    bo.leave()
    await until(async () => (await page.locator('.weft-caret').count()) === 0)
  })

  test('is hidden from screen readers, takes no clicks, and its name never covers your caret', async () => {
    const { page, resource } = await open('Hello world\nsecond line\nthird line')
    await page.locator('.cm-line', { hasText: 'second' }).click()
    await page.keyboard.press('Home')
    const bo = await join(resource, 'Bo')
    // At the start of the line below: the usual place above is where your caret is.
    bo.goTo(24)
    await until(async () => (await label(page, 'Bo').count()) === 1 && isShown(page, 'Bo'))
    const found = await page.evaluate(() => {
      const name = document.querySelector('.weft-caret-label')?.getBoundingClientRect()
      const own = window.weft.view().coordsAtPos(window.weft.view().state.selection.main.head)
      if (name === undefined || own === null) throw new Error('not drawn')
      const under = document.elementFromPoint(name.x + 2, name.y + 2)
      return {
        covers:
          name.left < own.right && own.left < name.right && name.top < own.bottom && own.top < name.bottom,
        clickable: under?.closest('.weft-carets') !== null,
        hidden: document.querySelector('.weft-carets')?.getAttribute('aria-hidden'),
      }
    })
    expect(found).toEqual({ covers: false, clickable: false, hidden: 'true' })
  })

  test('with hostile colours, names and places draws nothing but a name', async () => {
    const { page, resource } = await open('Hello world')
    const eve = await join(resource, 'Eve')
    const injected = 'red;position:fixed;inset:0;z-index:9999'
    eve.say({
      user: {
        name: '<img src=x onerror="document.title=1">',
        color: injected,
        colorLight: injected,
        dye: '1 x',
      },
      cursor: { anchor: { item: { client: 9e15, clock: -1 }, tname: 'evil' }, head: { tname: ['content'] } },
    })
    await until(() => page.evaluate(() => window.weft.editor().people.get().length === 2))
    eve.goTo(3)
    await until(async () => (await page.locator('.weft-caret').count()) === 1)
    expect(await page.locator('.weft-caret-label img').count()).toBe(0)
    expect(await label(page, '<img').count()).toBe(1)
    const area = await page.locator('.weft-caret').evaluate((element) => element.clientWidth)
    expect(area).toBeLessThanOrEqual(2)
    expect(await page.title()).toBe('Editor')
    expect(await page.content()).not.toContain('z-index:9999')
  })

  test('selects text in its tint, exactly what it selects', async () => {
    const { page, resource } = await open('Hello world\nsecond line')
    const bo = await join(resource, 'Bo')
    bo.goTo(18, 6)
    await until(async () => (await page.locator('.weft-selection').count()) === 2)
    expect(await page.locator('.weft-selection').allTextContents()).toEqual(['world', 'second'])
  })

  test('out of view is a chip at the edge that leads there; more than three are counted', async () => {
    const { page, resource } = await open(lines(200))
    const people = await Promise.all(['Ann', 'Bo', 'Cy', 'Di', 'Ed'].map((name) => join(resource, name)))
    for (const [index, person] of people.entries()) person.goTo(900 + index * 100)
    await until(async () => (await page.locator('button.weft-chip').count()) === 3)
    expect(await page.locator('span.weft-chip').textContent()).toBe('2 more')
    const before = await place(page)
    const chip = page.locator('button.weft-chip').first()
    expect(await chip.textContent()).toMatch(/^↓(Ann|Bo|Cy|Di|Ed)line \d+$/)
    await chip.click()
    await until(async () => (await page.locator('.weft-caret').count()) > 0)
    expect((await place(page)).caret).toBe(before.caret)
  })
})

describe('what others write', () => {
  test.each([
    ['in the middle', 6],
    ['at the very end', 30],
  ])('never scrolls your view nor moves your caret: %s', async (_where, turns) => {
    const { page, resource } = await open(lines(200))
    await page.locator('.cm-line', { hasText: 'Line 3.' }).click()
    for (let turn = 0; turn < turns; turn += 1) {
      await page.mouse.wheel(0, 200)
      await frames(page)
    }
    const before = await place(page)
    expect(before.line).not.toBe('Line 1.')
    const bo = await join(resource, 'Bo')
    for (let round = 0; round < 5; round += 1) {
      bo.text.insert(0, 'above\n')
      bo.text.insert(bo.text.length, '\nbelow')
    }
    await until(async () =>
      (await page.evaluate(() => window.weft.editor().text())).startsWith('above\n'.repeat(5)),
    )
    await until(async () =>
      (await page.evaluate(() => window.weft.editor().text())).endsWith('\nbelow'.repeat(5)),
    )
    await page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    )
    const after = await place(page)
    expect(after.line).toBe(before.line)
    expect(after.caret).toBe('Line 3.')
    expect(Math.abs(after.offset - before.offset)).toBeLessThanOrEqual(2)
  })

  test('may hold carriage returns: they go, and what you type lands where your caret is', async () => {
    const { page, resource } = await open('')
    const bo = await join(resource, 'Bo')
    bo.text.insert(0, 'a\r\nb\r\nc')
    await until(async () => (await page.evaluate(() => window.weft.editor().text())) === 'a\nb\nc')
    await page.locator('.cm-content').focus()
    await page.keyboard.press('Control+End')
    await page.keyboard.type('XY')
    await until(() => bo.text.toString() === 'a\nb\ncXY')
    expect(await page.evaluate(() => window.weft.view().state.doc.toString())).toBe('a\nb\ncXY')
  })
})

describe('the text itself', () => {
  test('runs in the direction of each line, and wrapped lines hang on their list', async () => {
    const { page } = await open(`- [x] مرحبا بالعالم\nlatin\n- ${'word '.repeat(80)}`)
    const shapes = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('.cm-line')].map((line) => ({
        dir: line.getAttribute('dir'),
        direction: getComputedStyle(line).direction,
        hang: parseFloat(getComputedStyle(line).textIndent) < 0,
      })),
    )
    expect(shapes).toEqual([
      { dir: 'rtl', direction: 'rtl', hang: true },
      { dir: null, direction: 'ltr', hang: false },
      { dir: null, direction: 'ltr', hang: true },
    ])
  })

  test('on a phone has no line numbers, keeps off the edges and is large enough not to be zoomed', async () => {
    const { page } = await open('text')
    await page.setViewportSize({ width: 390, height: 800 })
    const style = () =>
      page.evaluate(() => {
        const line = document.querySelector('.cm-line')
        const gutters = document.querySelector('.cm-gutters')
        if (line === null || gutters === null) throw new Error('not drawn')
        const { paddingInlineStart, paddingInlineEnd } = getComputedStyle(line)
        return [paddingInlineStart, paddingInlineEnd, getComputedStyle(gutters).display]
      })
    expect(await style()).toEqual(['16px', '16px', 'none'])
    await page.setViewportSize({ width: 900, height: 600 })
    expect(await style()).toEqual(['0px', '28px', 'flex'])
    const touch = await profile.newCDPSession(page)
    await touch.send('Emulation.setTouchEmulationEnabled', { enabled: true })
    await touch.send('Emulation.setEmulatedMedia', { features: [{ name: 'pointer', value: 'coarse' }] })
    const size = await page.locator('.cm-line').evaluate((line) => getComputedStyle(line).fontSize)
    expect(size).toBe('16px')
  })

  test('Tab indents, and after Escape it leaves', async () => {
    const { page } = await open('text')
    await page.locator('.cm-content').focus()
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => window.weft.editor().text())).toBe('  text')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => window.weft.view().hasFocus)).toBe(false)
    await until(() =>
      page.evaluate(() => window.weft.editor().announcements.get().startsWith('Tab indents.')),
    )
  })
})

describe('the price of company', () => {
  test('of fifty carets on screen is a few milliseconds a key at most', async () => {
    const { page } = await open(lines(300))
    await page.locator('.cm-content').focus()
    const cost = await page.evaluate(async () => {
      const view = window.weft.view()
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
      const carets = Array.from({ length: 50 }, (_, index) => ({
        client: index + 1,
        name: `Person ${index}`,
        dye: 1 + (index % 12),
        anchor: index * 4,
        head: index * 4,
        movedAt: 0,
      }))
      const times: Record<'without' | 'with', number[]> = { without: [], with: [] }
      // Turn about, so that whatever else this machine does meets both alike.
      for (let round = 0; round < 240; round += 1) {
        const kind = round % 2 === 0 ? 'without' : 'with'
        window.weft.showCarets(kind === 'with' ? carets : [])
        await frame()
        await frame()
        const start = performance.now()
        view.dispatch({
          changes: { from: 0, insert: 'x' },
          selection: { anchor: 1 },
          userEvent: 'input.type',
        })
        view.requestMeasure()
        view.coordsAtPos(0)
        times[kind].push(performance.now() - start)
      }
      const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1] ?? 0
      return { without: median(times.without), with: median(times.with) }
    })
    console.log(
      `a key costs ${cost.without.toFixed(2)} ms alone, ${cost.with.toFixed(2)} ms with fifty carets`,
    )
    expect(cost.with - cost.without).toBeLessThan(5)
  })
})
