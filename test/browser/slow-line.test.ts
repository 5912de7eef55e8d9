/** What people see and may do while the text of a document is on its way. */
import type { Page, WebSocketRoute } from 'playwright-core'
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

/** A line on which nothing of the document arrives before `arrive` is called. */
async function slowLine(page: Page): Promise<{ arrive(): void }> {
  const waiting: (() => void)[] = []
  let isOpen = false
  await page.routeWebSocket(/\/sync\//, (socket: WebSocketRoute) => {
    const server = socket.connectToServer()
    server.onMessage((message) => {
      if (isOpen) socket.send(message)
      else waiting.push(() => socket.send(message))
    })
  })
  return {
    arrive() {
      isOpen = true
      for (const send of waiting.splice(0)) send()
    },
  }
}

describe('a document whose text is on its way', () => {
  it('takes no keys and says so; when the text is here, whoever waited in it can write', async () => {
    const document = await stage.create({ body: { content: 'what was there' } })
    const page = await stage.blankPage()
    const line = await slowLine(page)
    await page.goto(`${stage.url}/d/${document.id}`)
    const text = page.getByRole('textbox', { name: 'Text' })
    await page.getByText('The text is on its way. You can write when it is here.').waitFor()
    await picture(page, 'text-on-its-way')
    expect(await text.getAttribute('aria-readonly')).toBe('true')
    await text.click()
    await page.keyboard.type('lost?')
    expect(await text.getAttribute('contenteditable')).toBe('false')
    expect(await page.locator('.cm-cursor').first().isVisible()).toBe(false)

    line.arrive()
    await until(async () => (await text.textContent()) === 'what was there')
    await until(async () => (await text.getAttribute('contenteditable')) === 'true')
    await page.keyboard.press('ControlOrMeta+End')
    await page.keyboard.type(', and more')
    await until(async () => (await text.textContent()) === 'what was there, and more')
    await until(async () => (await stage.content(document)) === 'what was there, and more')
  })
})
