import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openStage, type Stage } from '../support/stage.ts'
import { until } from '../support/until.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterEach(() => stage.clear())
afterAll(async () => {
  await stage[Symbol.asyncDispose]()
  expect(stage.complaints).toEqual([])
})

describe('with the keyboard alone', () => {
  it('one makes a document, writes, formats, renames and goes back to the list', async () => {
    const page = await stage.page('/')
    await page.getByRole('heading', { name: 'Nothing here yet' }).waitFor()
    await page.keyboard.press('n')
    await page.waitForURL(/\/d\/[\w-]+$/)
    await page.getByRole('banner').getByText('Saved').waitFor()
    expect(await focusedName(page)).toBe('Text')
    await page.keyboard.type('plain ')
    await page.keyboard.press('ControlOrMeta+b')
    await page.keyboard.type('bold')
    const id = new URL(page.url()).pathname.slice('/d/'.length)
    await until(async () => (await text(id)) === 'plain **bold**', { what: 'the bold text is stored' })

    await page.keyboard.press('Alt+F9')
    expect(await focusedName(page)).toBe('Undo your last edit')
    await page.keyboard.press('ArrowRight')
    expect(await focusedName(page)).toBe('Redo')
    await page.keyboard.press('Escape')
    expect(await focusedName(page)).toBe('Text')

    await page.keyboard.press('F2')
    expect(await focusedName(page)).toBe('Title')
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.type('By hand')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'By hand' }).waitFor()
    expect(await focusedName(page)).toBe('Text')

    // Tab indents; Escape, then Tab, leaves the text.
    await page.keyboard.press('Escape')
    await page.keyboard.press('Shift+Tab')
    expect(await focusedName(page)).not.toBe('Text')
    await tabTo(page, 'Weft, all documents')
    await page.keyboard.press('Enter')
    await page.waitForURL(`${stage.url}/`)
  })

  it('the first stop of the list is a way past the rail', async () => {
    await stage.create({ body: { title: 'Only one' } })
    const page = await stage.page('/')
    await page.getByRole('link', { name: 'Only one' }).waitFor()
    await page.keyboard.press('Tab')
    expect(await focusedName(page)).toBe('Skip to documents')
    await page.keyboard.press('Enter')
    await tabTo(page, 'Only one', 1)
  })

  it('one walks the list, opens, renames, deletes and takes it back', async () => {
    for (const title of ['Cherry', 'Banana', 'Apple']) await stage.create({ body: { title } })
    const page = await stage.page('/')
    await page.getByRole('link', { name: 'Apple' }).waitFor()
    await tabTo(page, 'Apple')
    await page.keyboard.press('ArrowDown')
    expect(await focusedName(page)).toBe('Banana')
    await page.keyboard.press('F2')
    await page.keyboard.type('Blueberry')
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'Blueberry' }).waitFor()
    await page.getByRole('link', { name: 'Cherry' }).focus()
    await page.keyboard.press('Delete')
    await page.getByText('“Cherry” moved to trash').waitFor()
    await page.getByRole('link', { name: 'Cherry' }).waitFor({ state: 'detached' })
    await page.keyboard.press('F6')
    await until(async () => (await focusedName(page)) !== '', { what: 'a region has the focus' })
    await page.getByRole('link', { name: 'Blueberry' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Blueberry' }).waitFor()
  })

  it('dialogs and menus give the focus back to where it was', async () => {
    const page = await stage.page('/')
    await page.getByRole('link', { name: 'All documents', exact: true }).waitFor()
    const menu = page.getByRole('button', { name: /^You, Ann/ })
    await menu.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('menuitem', { name: 'Name and colour' }).waitFor()
    await page.keyboard.press('Escape')
    await until(() => menu.evaluate((element) => element === document.activeElement), {
      what: 'the focus is back on the menu button',
    })
    await page.keyboard.press('?')
    const help = page.getByRole('dialog', { name: 'Keyboard' })
    await help.waitFor()
    await page.keyboard.press('Escape')
    await help.waitFor({ state: 'detached' })
    await until(() => menu.evaluate((element) => element === document.activeElement), {
      what: 'the focus is back after the help',
    })
  })
})

async function text(id: string): Promise<string | undefined> {
  return (await stage.client.getContent({ params: { id } }))?.text
}

/** Presses Tab until the control of this name has the focus. */
async function tabTo(page: Page, name: string, atMost = 40): Promise<void> {
  for (let presses = 0; presses < atMost; presses += 1) {
    await page.keyboard.press('Tab')
    if ((await focusedName(page)) === name) return
  }
  throw new Error(`Tab does not reach ${name}`)
}

/** What a screen reader calls the control that has the focus, near enough. */
function focusedName(page: Page): Promise<string> {
  return page.evaluate(() => {
    const focused = document.activeElement
    if (focused === null || focused === document.body) return ''
    const label = focused.getAttribute('aria-label')
    return (label ?? focused.textContent ?? '').trim()
  })
}
