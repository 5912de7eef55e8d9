import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openStage, type Stage } from '../support/stage.ts'
import { agree, writerOn } from '../support/writer.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterEach(() => stage.clear())
afterAll(async () => {
  await stage[Symbol.asyncDispose]()
  expect(stage.complaints).toEqual([])
})

describe('without a connection', () => {
  it('both go on writing, and when it returns both have everything', async () => {
    const document = await stage.create({ body: { content: 'top\nbottom\n' } })
    const ann = await stage.writer('Ann', document)
    const bob = await stage.writer('Bob', document)
    await ann.text.getByText('top').click()
    await ann.page.keyboard.press('End')
    await ann.page.context().setOffline(true)
    await ann.says(/^Offline$/)
    await ann.type(' from Ann')
    await ann.says(/^Kept on this device only \d+ edits?$/)
    await bob.goToEnd()
    await bob.type('from Bob')
    await bob.says(/^Saved/)
    expect(await bob.sees()).toBe('top\nbottom\nfrom Bob')
    expect(await ann.sees()).toBe('top from Ann\nbottom\n')
    await ann.page.context().setOffline(false)
    await agree([ann, bob], 'top from Ann\nbottom\nfrom Bob')
    await ann.says(/^Saved/)
    expect(await stage.content(document)).toBe('top from Ann\nbottom\nfrom Bob')
    await ann.page.getByText(/^Back online\. \d+ edits? sent\.$/).waitFor()
  })

  it('edits survive the tab in which they were made, and arrive when somebody comes back', async () => {
    const document = await stage.create({ body: { content: 'kept: ' } })
    const ann = await stage.writer('Ann', document)
    await ann.says(/^Saved/)
    await ann.goToEnd()
    await ann.page.context().setOffline(true)
    await ann.says(/^Offline$/)
    await ann.type('written in a tunnel')
    await ann.says(/^Kept on this device only 19 edits$/)
    await ann.page.close()
    expect(await stage.content(document)).toBe('kept: ')
    await ann.page.context().setOffline(false)
    const back = await ann.reopen()
    await back.says(/^Saved/)
    expect(await back.sees()).toBe('kept: written in a tunnel')
    expect(await stage.content(document)).toBe('kept: written in a tunnel')
  })

  it('a text that is rescued from one tab leaves what another tab wrote', async () => {
    const document = await stage.create({ body: { content: '' } })
    const ann = await stage.writer('Ann', document)
    await ann.says(/^Saved/)
    const profile = ann.page.context()
    const other = await writerOn(await profile.newPage(), 'Ann', ann.page.url())
    await other.says(/^Saved/)
    await profile.setOffline(true)
    for (const [writer, text] of [
      [ann, 'one'],
      [other, 'other'],
    ] as const) {
      await writer.page.bringToFront()
      await writer.says(/^Offline$/)
      await writer.text.focus()
      await writer.type(text)
      await writer.says(new RegExp(`^Kept on this device only ${text.length} edits$`))
    }
    await other.page.close()
    await stage.client.trashDocument({ params: { id: document.id } })
    await profile.setOffline(false)
    await ann.page.getByRole('button', { name: 'Save as a new document' }).click({ timeout: 40_000 })
    await ann.page.getByText(/^Stored as /).waitFor()
    const copy = await writerOn(ann.page, 'Ann', ann.page.url())
    expect(await copy.sees()).toBe('one')
    await stage.client.restoreDocument({ params: { id: document.id } })
    const back = await writerOn(await profile.newPage(), 'Ann', `${stage.url}/d/${document.id}`)
    await back.says(/^Saved/)
    expect(await stage.content(document)).toContain('other')
  })

  it('the list of documents says whose edits are on this device only', async () => {
    const document = await stage.create({ body: { title: 'Half sent', content: '' } })
    const ann = await stage.writer('Ann', document)
    await ann.says(/^Saved/)
    await ann.text.focus()
    await stage.killServer()
    await ann.says(/^Offline$/)
    await ann.type('abc')
    await ann.says(/^Kept on this device only 3 edits$/)
    await ann.page.close()
    await stage.startServer()
    const home = await ann.page.context().newPage()
    await home.goto(stage.url)
    await home.getByRole('row', { name: /Half sent.*3 edits kept on this device only/ }).waitFor()
    const back = await ann.reopen()
    await back.says(/^Saved/)
    expect(await stage.content(document)).toBe('abc')
  })
})
