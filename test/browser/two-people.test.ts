import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { picture } from '../support/browser.ts'
import { openStage, type Stage } from '../support/stage.ts'
import { until } from '../support/until.ts'
import { agree } from '../support/writer.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterEach(() => stage.clear())
afterAll(async () => {
  await stage[Symbol.asyncDispose]()
  expect(stage.complaints).toEqual([])
})

describe('two people in one document', () => {
  it('type at once and end with the same text, which is what the API gives', async () => {
    const document = await stage.create({ body: { title: 'Together', content: 'first\nlast\n' } })
    const ann = await stage.writer('Ann', document)
    const bob = await stage.writer('Bob', document)
    await ann.text.getByText('first').click()
    await ann.page.keyboard.press('End')
    await bob.goToEnd()
    await Promise.all([ann.type(' — Ann wrote this 🎈'), bob.type('Bob wrote that, מימין')])
    const text = await agree([ann, bob], 'first — Ann wrote this 🎈\nlast\nBob wrote that, מימין')
    await Promise.all([ann.says(/^Saved rev \d+$/), bob.says(/^Saved rev \d+$/)])
    expect(await stage.content(document)).toBe(text)
  })

  it('read the revision that the other brought it to, without writing themselves', async () => {
    const document = await stage.create({ body: { content: 'read along\n' } })
    const ann = await stage.writer('Ann', document)
    const bob = await stage.writer('Bob', document)
    await bob.goToEnd()
    await bob.type('one two three')
    await bob.says(/^Saved/)
    const { revision } = await stage.client.getDocument({ params: { id: document.id } })
    await Promise.all([
      ann.says(new RegExp(`^Saved rev ${revision}$`)),
      bob.says(new RegExp(` ${revision}$`)),
    ])
  })

  it('see where the other is and what they are called', async () => {
    const document = await stage.create({ body: { content: 'one\n\ntwo\n\nthree\n' } })
    const ann = await stage.writer('Ann', document)
    const bob = await stage.writer('Bob', document)
    await ann.page
      .getByRole('img', { name: /^Bob/ })
      .or(ann.page.getByRole('button', { name: /^Bob/ }))
      .waitFor()
    await bob.text.getByText('three').click()
    await bob.page.keyboard.press('End')
    await bob.type('!')
    await ann.page.getByRole('button', { name: 'Bob, writing, line 5. Go there' }).waitFor()
    const label = ann.page.getByRole('main').getByText('Bob', { exact: true })
    const line = ann.text.getByText('three!')
    await until(async () => beside(await label.boundingBox(), await line.boundingBox()), {
      what: "Bob's name stands where he types",
    })
    await picture(ann.page, 'editor-two-people')
    await bob.page.close()
    await label.waitFor({ state: 'detached' })
    await ann.page.getByRole('button', { name: '1 person here' }).waitFor()
  })

  it('undo their own edits only', async () => {
    const document = await stage.create({ body: { content: 'start' } })
    const ann = await stage.writer('Ann', document)
    const bob = await stage.writer('Bob', document)
    await ann.goToEnd()
    await ann.type(' Ann')
    await agree([ann, bob], 'start Ann')
    await bob.goToEnd()
    await bob.type(' Bob')
    await agree([ann, bob], 'start Ann Bob')
    await ann.page.keyboard.press('ControlOrMeta+z')
    await agree([ann, bob], 'start Bob')
  })

  it('read a title that the other changes', async () => {
    const document = await stage.create({ body: { title: 'Old name' } })
    const ann = await stage.writer('Ann', document)
    await ann.page.getByRole('button', { name: 'Old name' }).click()
    await ann.page.getByRole('textbox', { name: 'Title' }).fill('New name')
    await ann.page.keyboard.press('Enter')
    await ann.page.getByRole('heading', { name: 'New name' }).waitFor()
    const bob = await stage.writer('Bob', document)
    await bob.page.getByRole('heading', { name: 'New name' }).waitFor()
  })
})

interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** On the same line or the next: labels take the first free place around their caret. */
function beside(label: Box | null, line: Box | null): boolean {
  return label !== null && line !== null && Math.abs(label.y - line.y) < 2 * line.height
}
