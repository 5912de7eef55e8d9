import { AxeBuilder } from '@axe-core/playwright'
import type { DocumentResource } from '@weft/protocol'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Look, picture } from '../support/browser.ts'
import { openStage, type Stage } from '../support/stage.ts'

const text = [
  '# Proposal',
  '',
  'Some **bold** words, `code` and a [link](https://example.org).',
  '',
  '- [ ] a task',
  '- [x] a done one',
  '',
  '> A quotation that is long enough to need more than one line on a phone, and then some more of it.',
  '',
  '```ts',
  'const answer = 42',
  '```',
  '',
].join('\n')

let stage: Stage
let proposal: DocumentResource
beforeAll(async () => {
  stage = await openStage()
  proposal = await stage.create({ body: { title: 'Proposal', content: text } })
  await stage.create({ body: { title: 'server.ts', kind: 'code', language: 'typescript' } })
  await stage.create({
    body: { title: 'A rather long title that does not fit on the line of a small phone' },
  })
  const trashed = await stage.create({ body: { title: 'Old plans' } })
  await stage.client.trashDocument({ params: { id: trashed.id } })
})
afterEach(() => stage.clear())
afterAll(async () => {
  await stage[Symbol.asyncDispose]()
  expect(stage.complaints).toEqual([])
})

const screens = {
  home: async (look: Look) => {
    const page = await stage.page('/', look)
    await page.getByRole('link', { name: 'Proposal' }).waitFor()
    return page
  },
  trash: async (look: Look) => {
    const page = await stage.page('/trash', look)
    await page.getByRole('button', { name: 'Restore Old plans' }).waitFor()
    return page
  },
  /** With somebody else in it. */
  editor: async (look: Look) => {
    const bob = await stage.writer('Bob', proposal)
    await bob.text.getByText('a task').click()
    const ann = await stage.writer('Ann', proposal, look)
    await ann.says(/^Saved/)
    await ann.page.getByRole('button', { name: /^Bob, .*Go there$/ }).waitFor()
    return ann.page
  },
} as const

const themes = ['light', 'dark'] as const

describe.each(Object.keys(screens) as (keyof typeof screens)[])('%s', (name) => {
  it('has nothing serious for axe, light and dark', async () => {
    const page = await screens[name]({ size: 'desktop' })
    for (const theme of themes) {
      await page.emulateMedia({ colorScheme: theme })
      await picture(page, `${name}-desktop-${theme}`)
      expect(await serious(page), theme).toEqual([])
    }
  })

  it.each(['zoomed', 'phone'] as const)(
    'has nothing serious for axe and scrolls only down: %s',
    async (size) => {
      const page = await screens[name]({ size })
      expect(await serious(page)).toEqual([])
      expect(await sidewaysScroll(page)).toBe(0)
      await picture(page, `${name}-${size}-light`)
      await page.emulateMedia({ colorScheme: 'dark' })
      await picture(page, `${name}-${size}-dark`)
    },
  )

  it('scrolls only down on the narrowest phone', async () => {
    expect(await sidewaysScroll(await screens[name]({ size: 'narrow' }))).toBe(0)
  })
})

describe('what stands in place of a text', () => {
  it.each(['desktop', 'phone'] as const)('has nothing serious for axe: %s', async (size) => {
    const page = await stage.blankPage({ size, theme: 'dark' })
    await page.routeWebSocket(/\/sync\//, () => {})
    await page.goto(`${stage.url}/d/${proposal.id}`)
    await page.getByText('The text is on its way.').waitFor()
    expect(await serious(page)).toEqual([])
    await picture(page, `text-awaited-${size}-dark`)

    const gone = await stage.create({ body: { title: 'Gone', content: '' } })
    const ann = await stage.writer('Ann', gone, { size, theme: 'dark' })
    await stage.client.trashDocument({ params: { id: gone.id } })
    await ann.page.getByRole('button', { name: 'Restore it' }).waitFor()
    await ann.page.getByRole('heading', { name: 'Document deleted' }).waitFor()
    expect(await serious(ann.page)).toEqual([])
    expect(await sidewaysScroll(ann.page)).toBe(0)
    await picture(ann.page, `text-closed-${size}-dark`)
    await ann.page.getByRole('button', { name: 'Restore it' }).click()
    await ann.says(/^Saved/)
  })
})

describe('what opens', () => {
  it.each(themes)('has nothing serious for axe: menus and dialogs, %s', async (theme) => {
    const page = await screens.editor({ theme })
    const more = page.getByRole('button', { name: 'More', exact: true })
    await more.click()
    await page.getByRole('menuitem', { name: 'Keyboard' }).waitFor()
    expect(await serious(page)).toEqual([])
    await page.getByRole('menuitem', { name: 'Keyboard' }).click()
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor()
    await picture(page, `keyboard-help-${theme}`)
    expect(await serious(page)).toEqual([])
    await page.keyboard.press('Escape')
    await more.click()
    await page.getByRole('menuitem', { name: 'Name and colour' }).click()
    await page.getByRole('dialog', { name: 'Name and colour' }).waitFor()
    await picture(page, `identity-${theme}`)
    expect(await serious(page)).toEqual([])
  })

  it('has nothing serious for axe: the question to a stranger, a missing page', async () => {
    const empty = await stage.create()
    const page = await (await stage.stranger({ size: 'phone' })).newPage()
    await page.goto(`${stage.url}/d/${empty.id}`)
    await page.getByRole('dialog', { name: 'Who shall we say is here?' }).waitFor()
    await picture(page, 'guest-prompt-phone')
    expect(await serious(page)).toEqual([])
    await page.goto(`${stage.url}/nowhere`)
    await page.getByRole('heading', { name: 'Nothing here' }).waitFor()
    expect(await serious(page)).toEqual([])
  })
})

/** One line for each rule that is broken seriously: which, and where. */
async function serious(page: Page): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 120)).join('\n')}`)
}

/** Pixels by which the page is wider than its window. */
function sidewaysScroll(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    return scrollWidth - clientWidth
  })
}
