import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { picture } from '../support/browser.ts'
import { openStage, type Stage } from '../support/stage.ts'
import { agree, type Writer } from '../support/writer.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterEach(() => stage.clear())
afterAll(async () => {
  await stage[Symbol.asyncDispose]()
  expect(stage.complaints).toEqual([])
})

const sentence = 'the quick brown fox jumps over the lazy dog '

describe('when the server is killed', () => {
  it('in the middle of a sentence, twice, not one key is lost', async () => {
    const document = await stage.create({ body: { content: 'Ann: \nBob: ' } })
    const ann = await stage.writer('Ann', document)
    const bob = await stage.writer('Bob', document)
    await ann.text.getByText('Ann:').click()
    await ann.page.keyboard.press('End')
    await bob.goToEnd()
    const typing = Promise.all([slowly(ann, sentence.repeat(4)), slowly(bob, sentence.repeat(4))])
    for (let time = 0; time < 2; time += 1) {
      await ann.says(/^Saving|^Saved/)
      await stage.killServer()
      await ann.says(/^Kept on this device only/)
      await stage.startServer()
    }
    await typing
    await agree([ann, bob], `Ann: ${sentence.repeat(4)}\nBob: ${sentence.repeat(4)}`)
    await Promise.all([ann.says(/^Saved/), bob.says(/^Saved/)])
    expect(await stage.content(document)).toBe(await ann.sees())
  })

  it('the page says Saved only of what a killed server has', async () => {
    const document = await stage.create({ body: { content: '' } })
    const ann = await stage.writer('Ann', document)
    await ann.text.focus()
    for (const word of ['one', 'two', 'three']) {
      await ann.type(`${word} `)
      // The word at the very moment it appears, then the plug is pulled.
      await ann.says(/^Saved/)
      const seen = await ann.sees()
      await stage.killServer()
      expect(await ann.says(/^Offline|^Kept/)).toBe('Offline')
      await stage.startServer()
      expect(await stage.content(document)).toBe(seen)
    }
  })

  it('the page never says Saved while an edit waits for the server', async () => {
    const document = await stage.create({ body: { content: '' } })
    const ann = await stage.writer('Ann', document)
    await ann.says(/^Saved/)
    await ann.text.focus()
    await recordWords(ann)
    await stage.killServer()
    await ann.says(/^Offline$/)
    await ann.type('waits')
    await ann.says(/^Kept on this device only 5 edits$/)
    expect(await ann.page.title()).toMatch(/^• /)
    const before = await recordedWords(ann)
    expect(before.slice(before.indexOf('Offline'))).not.toContain('Saved')
    await stage.startServer()
    await ann.says(/^Saved/)
    expect(await stage.content(document)).toBe('waits')
    expect(await ann.page.title()).not.toMatch(/^•/)
  })
})

describe('when the server is restarted', () => {
  it('the page says so, and is back by itself with all that was typed meanwhile', async () => {
    const document = await stage.create({ body: { content: '' } })
    const ann = await stage.writer('Ann', document)
    await ann.says(/^Saved/)
    await ann.text.focus()
    await ann.type('before ')
    await ann.says(/^Saved/)
    await stage.stopServer()
    await ann.says(/^Server restarting$|^Kept on this device only/)
    const footer = ann.page.getByRole('contentinfo')
    await footer.getByText('Server restarting').waitFor()
    await ann.type('meanwhile ')
    await ann.says(/^Kept on this device only 10 edits$/)
    await ann.page.getByRole('button', { name: 'Kept on this device only' }).click()
    await ann.page.getByText('The server is restarting. Keep writing; nothing is lost.').first().waitFor()
    await picture(ann.page, 'server-restarting')
    await ann.page.keyboard.press('Escape')
    await stage.startServer()
    // Nobody pressed anything.
    await ann.says(/^Saved/, 8_000)
    await footer.getByText('Connected').waitFor()
    expect(await stage.content(document)).toBe('before meanwhile ')
  })
})

/** A key every few milliseconds, as people do it, so that the server goes while somebody types. */
async function slowly(writer: Writer, text: string): Promise<void> {
  await writer.page.keyboard.type(text, { delay: 40 })
}

/** From now on the page keeps every first word of the save state. */
async function recordWords(writer: Writer): Promise<void> {
  await writer.page.evaluate(() => {
    const banner = document.querySelector('header')
    const words: string[] = []
    Object.assign(window, { recordedWords: words })
    new MutationObserver(() => {
      const text = banner?.textContent ?? ''
      const word = /Saved|Saving|Offline|Kept on this device only/.exec(text)?.[0]
      if (word !== undefined && word !== words.at(-1)) words.push(word)
    }).observe(document, { subtree: true, childList: true, characterData: true })
  })
}

function recordedWords(writer: Writer): Promise<readonly string[]> {
  return writer.page.evaluate(() => (window as unknown as { recordedWords: string[] }).recordedWords)
}
