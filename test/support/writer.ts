/** Somebody with a document open in a browser, and what they do and see. */
import type { Locator, Page } from 'playwright-core'
import { until } from './until.ts'

export interface Writer {
  readonly name: string
  readonly page: Page
  /** The box that holds the text. */
  readonly text: Locator
  /** Types where the caret is. */
  type(text: string): Promise<void>
  /** Puts the caret at the end of the text. */
  goToEnd(): Promise<void>
  /** The whole text that is on screen: for documents that fit there. */
  sees(): Promise<string>
  /** What the page says about saving. */
  saveState(): Promise<string>
  /** Waits for the save state to say so. */
  says(what: RegExp, withinMs?: number): Promise<string>
  /** Closes the tab and comes back in another one. */
  reopen(): Promise<Writer>
}

/** Comes to `url` and waits until the text is there and can be written. */
export async function writerOn(page: Page, name: string, url: string): Promise<Writer> {
  await page.goto(url)
  const text = page.getByRole('textbox', { name: 'Text' })
  const state = page.getByRole('banner').getByRole('button').filter({ hasText: saveWords })
  await text.waitFor({ state: 'visible' })
  const writer: Writer = {
    name,
    page,
    text,
    async type(typed) {
      await page.keyboard.type(typed)
    },
    async goToEnd() {
      await text.focus()
      await page.keyboard.press('ControlOrMeta+End')
    },
    async sees() {
      const lines = await text.evaluate((box) =>
        [...box.querySelectorAll('.cm-line')].map((line) =>
          line.querySelector('.cm-placeholder') === null ? (line.textContent ?? '') : '',
        ),
      )
      return lines.join('\n')
    },
    saveState: async () => (await state.locator('span').allTextContents()).filter(Boolean).join(' '),
    says: (what, withinMs = 15_000) =>
      until(
        async () => {
          const said = await writer.saveState()
          return what.test(said) ? said : null
        },
        { what: `${name} reads ${what}`, withinMs },
      ),
    async reopen() {
      const profile = page.context()
      await page.close()
      return writerOn(await profile.newPage(), name, url)
    },
  }
  await writer.says(/^(?!Loading)/)
  return writer
}

const saveWords =
  /Loading|Saved|Saving|Offline|restarting|device only|this tab only|Not saved|Read-only|Refused/

/** Waits until all of them see the same text, which must be `expected` where it is given. */
export async function agree(writers: readonly Writer[], expected?: string): Promise<string> {
  const seen = async () => Promise.all(writers.map((writer) => writer.sees()))
  const same = (texts: readonly string[]) => texts.every((text) => text === (expected ?? texts[0]))
  try {
    await until(async () => same(await seen()), { withinMs: 15_000 })
  } catch {
    throw new Error(
      `they do not see the same:\n${(await seen()).map((text) => JSON.stringify(text)).join('\n')}`,
    )
  }
  return expected ?? (await seen())[0] ?? ''
}
