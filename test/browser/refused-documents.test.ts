/** What people read when a document takes no more, or cannot be had. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { picture } from '../support/browser.ts'
import { openStage, type Stage } from '../support/stage.ts'
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'

let stage: Stage
let folder: TemporaryFolder
beforeAll(async () => {
  folder = await temporaryFolder()
  stage = await openStage(['--max-text=40', '--data', folder.path])
})
afterEach(() => stage.clear())
afterAll(async () => {
  await stage[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
  expect(stage.complaints).toEqual([])
})

describe('a full document', () => {
  it('says so to who writes, keeps what they wrote, and stores it when somebody has made room', async () => {
    const document = await stage.create({ body: { kind: 'text', content: 'x'.repeat(40) } })
    const ann = await stage.writer('Ann', document)
    const bob = await stage.writer('Bob', document)
    await bob.goToEnd()
    await bob.type(' and more')
    await bob.says(/^Not saved/)
    await bob.page.getByText('Not saved: the document is full. Delete some of it').waitFor()
    await picture(bob.page, 'document-full')
    expect(await ann.saveState()).toMatch(/^Saved/)
    expect(await stage.content(document)).toBe('x'.repeat(40))

    await ann.text.focus()
    await ann.page.keyboard.press('ControlOrMeta+Home')
    for (let key = 0; key < 10; key++) await ann.page.keyboard.press('Delete')
    await bob.says(/^Saved/, 20_000)
    const whole = `${'x'.repeat(30)} and more`
    expect(await stage.content(document)).toBe(whole)
    await until(async () => (await ann.sees()) === whole)
  })
})

describe('a paste that is larger than any message may be', () => {
  it('is not sent again and again, and is stored when it was undone', async () => {
    const document = await stage.create({ body: { kind: 'text', content: 'base' } })
    const ann = await stage.writer('Ann', document)
    await ann.says(/^Saved/)
    await ann.goToEnd()
    await ann.text.evaluate((box) => {
      const data = new DataTransfer()
      data.setData('text/plain', 'восемнадцать букв\n'.repeat(450_000))
      const paste = { clipboardData: data, bubbles: true, cancelable: true }
      box.dispatchEvent(new ClipboardEvent('paste', paste))
    })
    await ann.says(/^Not saved the document is full/, 30_000)
    await ann.page.keyboard.press('ControlOrMeta+z')
    await ann.says(/^Saved/, 30_000)
    expect(await stage.content(document)).toBe('base')
    await ann.type('!')
    await ann.says(/^Saved/)
    expect(await stage.content(document)).toBe('base!')
  })

  it('is not made at all when no server could ever take it', async () => {
    const document = await stage.create({ body: { kind: 'text', content: 'base' } })
    const ann = await stage.writer('Ann', document)
    await ann.goToEnd()
    await ann.text.evaluate((box) => {
      const data = new DataTransfer()
      data.setData('text/plain', 'x'.repeat(9_000_000))
      const paste = { clipboardData: data, bubbles: true, cancelable: true }
      box.dispatchEvent(new ClipboardEvent('paste', paste))
    })
    await ann.page
      .getByText('That is longer than a document can be. The text is unchanged.')
      .first()
      .waitFor()
    expect(await ann.sees()).toBe('base')
    await ann.says(/^Saved/)
  })
})

describe('a document that was replaced by a backup', () => {
  it('keeps what was written into the old one on the screen, to be rescued', async () => {
    // The end of a title this long is cut from that of its copy, in the middle of an emoji.
    const title = `${'x'.repeat(192)}🎈 fair`
    const document = await stage.create({ body: { title, content: 'the old one ' } })
    const ann = await stage.writer('Ann', document)
    await ann.says(/^Saved/)
    await ann.goToEnd()
    await stage.killServer()
    await ann.type('mine')
    await ann.says(/^Kept on this device only 4/)
    const database = new DatabaseSync(join(folder.path, 'weft.sqlite'))
    database.prepare('UPDATE documents SET lineage = ? WHERE id = ?').run('A'.repeat(22), document.id)
    database.close()
    await stage.startServer()
    const drawer = ann.page.getByRole('dialog', { name: 'Kept on this device only' })
    await drawer.waitFor()
    // The page has heard of the new one by then.
    await ann.page.waitForResponse((response) => response.url().endsWith(`/api/v1/documents/${document.id}`))
    expect(await drawer.locator('pre').textContent()).toBe('the old one mine')
    await ann.page.getByRole('button', { name: 'Save as a new document' }).click()
    await ann.page.waitForURL((url) => !url.pathname.endsWith(document.id))
    await ann.says(/^Saved/)
    expect(await ann.sees()).toBe('the old one mine')
    await ann.page.getByRole('heading', { name: `${'x'.repeat(192)} (copy)` }).waitFor()
  })

  it('is opened anew by itself where nothing waits', async () => {
    const document = await stage.create({ body: { content: 'the old one' } })
    const ann = await stage.writer('Ann', document)
    await ann.says(/^Saved/)
    await stage.killServer()
    const database = new DatabaseSync(join(folder.path, 'weft.sqlite'))
    database.prepare('UPDATE documents SET lineage = ? WHERE id = ?').run('B'.repeat(22), document.id)
    database.close()
    await stage.startServer()
    await ann.says(/^Saved/, 30_000)
    await ann.goToEnd()
    await ann.type('!')
    await until(async () => (await stage.content(document)) === 'the old one!')
  })
})

describe('a damaged document', () => {
  it('says so in plain words, and shows none of it', async () => {
    const document = await stage.create({
      body: { title: 'Damaged', kind: 'text', content: 'precious words' },
    })
    const ann = await stage.writer('Ann', document)
    await ann.says(/^Saved/)
    await ann.goToEnd()
    await ann.type('!')
    await ann.says(/^Saved/)
    // Through the page, which has stored all that it was told before it leaves the document.
    await ann.page.getByRole('banner').getByRole('link', { name: 'Weft, all documents' }).click()
    await ann.page.getByRole('link', { name: 'Damaged' }).waitFor()
    await stage.killServer()
    const database = new DatabaseSync(join(folder.path, 'weft.sqlite'))
    for (const table of ['updates', 'arrivals'])
      database.prepare(`UPDATE ${table} SET bytes = zeroblob(9) WHERE document = ?`).run(document.id)
    database.close()
    await stage.startServer()
    const page = await stage.page(`/d/${document.id}`)
    await page.getByText('has stored of this document is damaged').first().waitFor()
    expect(await page.getByText('precious words').count()).toBe(0)
    // As if it were empty.
    expect(await page.getByText('Write something').count()).toBe(0)
    // Nothing looks as if it could be written in.
    await page.getByRole('heading', { name: 'Document damaged' }).waitFor()
    expect(await page.getByRole('textbox', { name: 'Text' }).isVisible()).toBe(false)
    expect(await page.getByRole('toolbar').count()).toBe(0)
    expect(await page.getByText('0 words').count()).toBe(0)
    await page.getByRole('button', { name: 'Refused' }).click()
    expect(await page.getByRole('button', { name: 'Download a copy' }).count()).toBe(0)
    await picture(page, 'document-damaged')

    // Who has a copy in the browser still has it.
    const back = await ann.reopen()
    await back.page.getByText('Below is the copy on this device.').waitFor()
    expect(await back.sees()).toBe('precious words!')
    expect(await back.text.getAttribute('contenteditable')).toBe('false')
    await back.text.focus()
    await back.page.keyboard.press('ControlOrMeta+a')
    const copied = await back.page.evaluate(() => {
      const event = new ClipboardEvent('copy', {
        clipboardData: new DataTransfer(),
        bubbles: true,
        cancelable: true,
      })
      window.document.activeElement?.dispatchEvent(event)
      return event.clipboardData?.getData('text/plain')
    })
    expect(copied).toBe('precious words!')
    await picture(back.page, 'document-damaged-copy')
  })
})
