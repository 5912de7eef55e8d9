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

describe('the home of documents', () => {
  it('on a first visit says what to do, and its curl line works as it is', async () => {
    const home = await stage.page('/')
    await home.getByRole('heading', { name: 'Nothing here yet' }).waitFor()
    const line = await home.getByText(/^curl -X POST/).textContent()
    const [, url = '', body = ''] = /POST (\S+) .*-d '(.*)'$/.exec(line ?? '') ?? []
    const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    expect(answer.status).toBe(201)
    await home.reload()
    await home.getByRole('row', { name: /Hello/ }).waitFor()
  })

  it('makes a document, which opens ready to write', async () => {
    const home = await stage.page('/')
    await home.getByRole('button', { name: 'New document', exact: true }).click()
    await home.waitForURL(/\/d\/[\w-]+$/)
    await home.getByRole('banner').getByText('Saved').waitFor()
    await home.getByRole('textbox', { name: 'Text' }).click()
    await home.keyboard.type('# Minutes of today')
    const id = new URL(home.url()).pathname.slice('/d/'.length)
    const text = async () => (await stage.client.getContent({ params: { id } }))?.text
    await until(async () => (await text()) === '# Minutes of today', { what: 'it is stored' })
  })

  it('makes plain text and code from its menu', async () => {
    const home = await stage.page('/')
    for (const [choice, kind] of [
      ['Plain text', 'text'],
      ['Code', 'code'],
    ] as const) {
      await home.goto(stage.url)
      await home.getByRole('button', { name: 'New document of another kind' }).click()
      await home.getByRole('menuitem', { name: choice }).click()
      await home.waitForURL(/\/d\/[\w-]+$/)
      const id = new URL(home.url()).pathname.slice('/d/'.length)
      expect((await stage.client.getDocument({ params: { id } })).kind).toBe(kind)
    }
  })

  it('renames in place, and Escape changes nothing', async () => {
    const document = await stage.create({ body: { title: 'Draft' } })
    const home = await stage.page('/')
    const row = home.getByRole('row', { name: /Draft/ })
    await row.hover()
    await row.getByRole('button', { name: 'More for Draft' }).click()
    await home.getByRole('menuitem', { name: 'Rename' }).click()
    await home.getByRole('textbox', { name: 'Title' }).fill('Final')
    await home.keyboard.press('Enter')
    await home.getByRole('link', { name: 'Final' }).waitFor()
    expect((await stage.client.getDocument({ params: { id: document.id } })).title).toBe('Final')
    await home.getByRole('link', { name: 'Final' }).focus()
    await home.keyboard.press('F2')
    await home.getByRole('textbox', { name: 'Title' }).fill('Never')
    await home.keyboard.press('Escape')
    await home.getByRole('link', { name: 'Final' }).waitFor()
    expect((await stage.client.getDocument({ params: { id: document.id } })).title).toBe('Final')
  })

  it('moves a document to the trash, back by Undo, and back from the trash page', async () => {
    const document = await stage.create({ body: { title: 'Old plans' } })
    const trashedAt = async () => (await stage.client.getDocument({ params: { id: document.id } })).trashedAt
    const home = await stage.page('/')
    const moveToTrash = async () => {
      await home.getByRole('row', { name: /Old plans/ }).hover()
      await home.getByRole('button', { name: 'More for Old plans' }).click()
      await home.getByRole('menuitem', { name: 'Move to trash' }).click()
      await home.getByText('“Old plans” moved to trash').waitFor()
      await home.getByRole('link', { name: 'Old plans' }).waitFor({ state: 'detached' })
    }
    await moveToTrash()
    expect(await trashedAt()).not.toBeNull()
    await home.getByRole('button', { name: 'Undo' }).click()
    await home.getByRole('link', { name: 'Old plans' }).waitFor()
    expect(await trashedAt()).toBeNull()

    await moveToTrash()
    await home.getByRole('link', { name: 'Trash' }).click()
    await home.getByRole('heading', { name: 'Trash' }).waitFor()
    await home.getByRole('button', { name: 'Restore Old plans' }).click()
    await home.getByRole('button', { name: 'Restore Old plans' }).waitFor({ state: 'detached' })
    expect(await trashedAt()).toBeNull()
  })

  it('searches titles as one types, keeps the search in the address, and says when nothing matches', async () => {
    await stage.create({ body: { title: 'Retry policy' } })
    await stage.create({ body: { title: 'Lunch' } })
    const home = await stage.page('/')
    const field = home.getByRole('searchbox', { name: 'Search titles' })
    await field.fill('RETRY')
    await home.getByRole('heading', { name: 'Search' }).waitFor()
    await home.getByRole('link', { name: 'Lunch' }).waitFor({ state: 'detached' })
    expect(await home.getByRole('link', { name: 'Retry policy' }).count()).toBe(1)
    expect(new URL(home.url()).searchParams.get('q')).toBe('RETRY')
    await field.fill('zebra crossing')
    await home.getByText('Nothing matches “zebra crossing” in titles.').waitFor()
    await home.getByRole('button', { name: 'Clear the search' }).click()
    await home.getByRole('link', { name: 'Lunch' }).waitFor()
  })

  it('asks a stranger for a name once, in a document, without standing in the way', async () => {
    const document = await stage.create({ body: { content: '' } })
    const profile = await stage.stranger()
    const page = await profile.newPage()
    await page.goto(`${stage.url}/d/${document.id}`)
    const prompt = page.getByRole('dialog', { name: 'Who shall we say is here?' })
    await prompt.waitFor()
    await prompt.getByRole('textbox', { name: 'Name' }).fill('Grace')
    await prompt.getByRole('button', { name: 'Start writing' }).click()
    await prompt.waitFor({ state: 'detached' })
    const bob = await stage.writer('Bob', document)
    await bob.page
      .getByRole('img', { name: /^Grace/ })
      .or(bob.page.getByRole('button', { name: /^Grace/ }))
      .waitFor()
    await page.reload()
    await page.getByRole('banner').getByText('Saved').waitFor()
    expect(await prompt.count()).toBe(0)
  })

  it('lets a stranger write before they answer', async () => {
    const document = await stage.create({ body: { content: '' } })
    const page = await (await stage.stranger()).newPage()
    await page.goto(`${stage.url}/d/${document.id}`)
    await page.getByRole('dialog', { name: 'Who shall we say is here?' }).waitFor()
    await page.getByRole('banner').getByText('Saved').waitFor()
    await page.getByRole('textbox', { name: 'Text' }).click()
    await page.keyboard.type('quick thought')
    await until(async () => (await stage.content(document)) === 'quick thought', { what: 'it is stored' })
  })

  it('says so when there is nothing at an address, and when a document is in the trash', async () => {
    const page = await stage.page('/d/no-such-document')
    await page.getByRole('heading', { name: 'Nothing here' }).waitFor()
    const document = await stage.create({ body: { title: 'Gone' } })
    await stage.client.trashDocument({ params: { id: document.id } })
    await page.goto(`${stage.url}/d/${document.id}`)
    await page.getByRole('heading', { name: '“Gone” is in the trash' }).waitFor()
    await page.getByRole('button', { name: 'Restore it' }).click()
    await page.getByRole('textbox', { name: 'Text' }).waitFor()
  })

  it('takes a document from under a writer without losing their words', async () => {
    const document = await stage.create({ body: { title: 'Contested', content: 'before ' } })
    const ann = await stage.writer('Ann', document)
    await ann.goToEnd()
    await ann.type('and after')
    await ann.says(/^Saved/)
    await stage.client.trashDocument({ params: { id: document.id } })
    await ann.says(/^Refused/)
    expect(await ann.sees()).toBe('before and after')
    await ann.page.getByRole('button', { name: 'Restore it' }).click()
    await ann.says(/^Saved/)
    expect(await stage.content(document)).toBe('before and after')
  })
})
