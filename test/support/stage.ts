/** A server of its own and people in front of it, each in a browser profile of their own. */
import { type Client, createClient } from '@weft/client'
import type { DocumentResource } from '@weft/protocol'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { complaintsOf, type Look, openBrowser, openProfile } from './browser.ts'
import { serverProcess } from './server-process.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { until } from './until.ts'
import { type Writer, writerOn } from './writer.ts'

export interface Stage extends AsyncDisposable {
  /** Stays the same when the server comes back. */
  readonly url: string
  /** The API, as a program uses it. */
  readonly client: Client
  create(draft?: Parameters<Client['createDocument']>[0]): Promise<DocumentResource>
  /** The text as the API gives it. */
  content(document: DocumentResource): Promise<string>
  /** Somebody who has never been here. */
  stranger(look?: Look): Promise<BrowserContext>
  /** A guest who has said who they are, in front of `document`. */
  writer(name: string, document: DocumentResource, look?: Look): Promise<Writer>
  /** A page of a guest called Ann, with nothing in it. */
  blankPage(look?: Look): Promise<Page>
  /** The same at `path`, when that has loaded. */
  page(path: string, look?: Look): Promise<Page>
  /** Everybody goes home. */
  clear(): Promise<void>
  /** `kill -9`. */
  killServer(): Promise<void>
  /** SIGTERM, as when it is replaced by a newer one. */
  stopServer(): Promise<void>
  startServer(): Promise<void>
  /** Everything the pages complained about so far. */
  readonly complaints: readonly string[]
}

/** `flags`: settings of the server. */
export async function openStage(flags: readonly string[] = []): Promise<Stage> {
  const folder = await temporaryFolder()
  const browser = await openBrowser()
  const startOn = (port: string) => serverProcess(['--data', folder.path, '--port', port, ...flags])
  let server = startOn('0')
  const url = await server.url()
  const client = createClient({ baseUrl: url })
  const complaints: (readonly string[])[] = []

  async function stranger(look?: Look): Promise<BrowserContext> {
    const profile = await openProfile(browser, look)
    complaints.push(complaintsOf(profile))
    return profile
  }

  async function guest(name: string, look?: Look): Promise<Page> {
    const profile = await stranger(look)
    const dye = (complaints.length % 11) + 1
    await profile.request.put(`${url}/api/v1/me`, { data: { name, dye }, headers: { origin: url } })
    return profile.newPage()
  }

  return {
    url,
    client,
    create: (draft) => client.createDocument(draft ?? { body: {} }),
    async content(document) {
      return (await client.getContent({ params: { id: document.id } })).text
    },
    stranger,
    async writer(name, document, look) {
      const page = await guest(name, look)
      return writerOn(page, name, `${url}/d/${document.id}`)
    },
    blankPage: (look) => guest('Ann', look),
    async page(path, look) {
      const page = await guest('Ann', look)
      await page.goto(url + path)
      return page
    },
    clear: () => goHome(browser),
    async killServer() {
      server.child.kill('SIGKILL')
      await server.ended()
    },
    async stopServer() {
      server.child.kill('SIGTERM')
      await server.ended()
    },
    async startServer() {
      server = startOn(new URL(url).port)
      await until(() => answers(url), { what: 'the server answers again', withinMs: 20_000 })
    },
    get complaints() {
      return complaints.flat()
    },
    async [Symbol.asyncDispose]() {
      await goHome(browser)
      await browser.close()
      server.child.kill('SIGKILL')
      await server.ended()
      await folder[Symbol.asyncDispose]()
    },
  }
}

async function goHome(browser: Browser): Promise<void> {
  await Promise.all(browser.contexts().map((profile) => profile.close()))
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`)).ok
  } catch {
    return false
  }
}
