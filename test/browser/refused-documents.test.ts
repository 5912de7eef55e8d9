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
    await ann.page.goto(stage.url)
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
