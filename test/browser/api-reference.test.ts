import { routes } from '@weft/protocol/routes'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { provideChromium } from '../support/chromium.ts'
import { type Weft, weft } from '../support/weft.ts'

let server: Weft
let browser: Browser
let page: Page
const complaints: string[] = []
const asked: string[] = []

beforeAll(async () => {
  server = await weft()
  const { executablePath, args, env } = provideChromium()
  browser = await chromium.launch({ executablePath, args: [...args], env })
  page = await browser.newPage()
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => asked.push(new URL(request.url()).host))
  await page.goto(`${server.url}/api`)
})
afterAll(async () => {
  await browser.close()
  await server.close()
})

describe('the API reference', () => {
  it('shows every route, from this server alone and within its content security policy', async () => {
    const operations = page.locator('.opblock')
    await operations.first().waitFor()
    expect(await operations.count()).toBe(Object.keys(routes).length)
    await page.getByText('Create a document', { exact: true }).click()
    await page.getByText('document-exists').or(page.getByText('malformed-json')).first().waitFor()
    expect(complaints).toEqual([])
    expect(new Set(asked)).toEqual(new Set([`127.0.0.1:${server.port}`]))
    await page.screenshot({ path: new URL('./screenshots/api-reference.png', import.meta.url).pathname })
  })

  it('tries a request out, as a page of this server may', async () => {
    await page.getByRole('button', { name: 'Try it out' }).first().click()
    await page.getByRole('button', { name: 'Execute' }).first().click()
    await page.locator('.live-responses-table .response-col_status', { hasText: '201' }).waitFor()
    expect(complaints).toEqual([])
  })
})
