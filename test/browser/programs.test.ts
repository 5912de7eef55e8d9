import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { picture } from '../support/browser.ts'
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

describe('a program that writes over the API', () => {
  it('is seen where it writes, by somebody who goes on typing and keeps their caret', async () => {
    const document = await stage.create({ body: { content: 'one\ntwo\nthree\n' } })
    const ann = await stage.writer('Ann', document)
    await ann.text.getByText('two').click()
    await ann.page.keyboard.press('End')
    await ann.type(' and')
    const params = { id: document.id }
    const headers = { 'if-match': '"1"' }
    await stage.client.putContent({ params, headers, body: 'zero\none\ntwo\nTHREE\n' })
    const label = ann.page.getByRole('main').getByText('Program', { exact: true })
    await label.waitFor()
    await picture(ann.page, 'editor-program')
    await ann.type(' more')
    await until(async () => (await ann.sees()) === 'zero\none\ntwo and more\nTHREE\n', {
      what: 'both are there',
    })
    await ann.says(/^Saved rev \d+$/)
    expect(await stage.content(document)).toBe('zero\none\ntwo and more\nTHREE\n')
    await label.waitFor({ state: 'detached' })
  })
})

describe('a document as a page', () => {
  it('is shown with its style, and runs nothing', async () => {
    const content = '# Title\n\n> quoted\n\n| a |\n|--:|\n| 1 |\n\n<script>document.title = "run"</script>\n'
    const { id } = await stage.create({ body: { title: 'A page', content } })
    const page = await stage.page(`/d/${id}.html`)
    expect(await page.title()).toBe('A page')
    const heading = page.getByRole('heading', { name: 'Title' })
    await heading.waitFor()
    const style = await page.evaluate(() => {
      const quote = document.querySelector('blockquote')
      const cell = document.querySelector('td')
      if (quote === null || cell === null) throw new Error('not rendered')
      return [getComputedStyle(quote).borderInlineStartWidth, getComputedStyle(cell).textAlign]
    })
    expect(style).toEqual(['3px', 'right'])
    expect(await page.getByText('document.title = "run"').count()).toBe(1)
    await picture(page, 'document-page')
  })
})
