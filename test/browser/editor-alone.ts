/** The editor alone in real pages, before a real server, over a network that can be cut. */
import { connect, createServer, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { DocumentResource } from '@weft/protocol'
import type { BrowserContext, Page } from 'playwright-core'
import { createViteServer } from 'vitest/node'
import { openBrowser } from '../support/browser.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type Weft, weft } from '../support/weft.ts'

export interface EditorAlone extends AsyncDisposable {
  readonly server: Weft
  readonly network: Network
  /** Somebody's browser, with a storage of its own. */
  profile(): Promise<BrowserContext>
  /** A page with nothing open in it. */
  blank(profile: BrowserContext): Promise<Page>
  /** A page with the document open in it. */
  open(profile: BrowserContext, document: DocumentResource, name?: string): Promise<Page>
  /** Everything that went wrong in pages. */
  readonly errors: readonly string[]
}

interface Network {
  readonly port: number
  cut(): void
  mend(): void
}

const root = fileURLToPath(new URL('../..', import.meta.url))

export async function openEditorAlone(): Promise<EditorAlone> {
  const cache = await temporaryFolder()
  const vite = await createViteServer({
    configFile: false,
    root,
    cacheDir: cache.path,
    logLevel: 'error',
    server: { host: '127.0.0.1', port: 0, hmr: false, watch: null, ws: false },
    optimizeDeps: { entries: ['test/browser/fixtures/editor-page.html'] },
  })
  await vite.listen()
  const address = vite.httpServer?.address()
  if (address === null || address === undefined || typeof address === 'string') throw new Error('no port')
  const origin = `http://127.0.0.1:${address.port}`
  const network = await openNetwork()
  // The page's own address, and the one that it sees the server under.
  const server = await weft({ origins: [origin, `http://127.0.0.1:${network.port}`] })
  network.leadTo(server.port)
  const browser = await openBrowser()
  const errors: string[] = []

  const blank = async (profile: BrowserContext) => {
    const page = await profile.newPage()
    page.on('pageerror', (error) => errors.push(String(error)))
    await page.goto(`${origin}/test/browser/fixtures/editor-page.html`)
    await page.waitForFunction(() => 'weft' in window)
    return page
  }

  return {
    server,
    network,
    errors,
    blank,
    profile: () => browser.newContext({ viewport: { width: 900, height: 600 } }),
    async open(profile, document, name = 'Ann') {
      const page = await blank(profile)
      const { id, kind, language, lineage } = document
      if (kind === 'yjs') throw new TypeError('no text')
      await page.evaluate((options) => window.weft.open(options), {
        document: { id, kind, language, lineage },
        user: { name, dye: 2 },
        syncUrl: `ws://127.0.0.1:${network.port}/sync`,
        label: 'Text',
      })
      return page
    },
    async [Symbol.asyncDispose]() {
      await browser.close()
      network.close()
      await server.close()
      await vite.close()
      await cache[Symbol.asyncDispose]()
    },
  }
}

async function openNetwork() {
  const sockets = new Set<Socket>()
  let target = 0
  let isCut = false
  const proxy = createServer((client) => {
    const upstream = connect(target, '127.0.0.1')
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from)
      from.on('error', () => to.destroy())
      from.on('close', () => to.destroy())
      from.pipe(to)
    }
    if (isCut) client.destroy()
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const address = proxy.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const cut = () => {
    isCut = true
    for (const socket of sockets) socket.destroy()
    sockets.clear()
  }
  return {
    port: address.port,
    leadTo(port: number) {
      target = port
    },
    cut,
    mend() {
      isCut = false
    },
    close() {
      cut()
      proxy.close()
    },
  }
}
