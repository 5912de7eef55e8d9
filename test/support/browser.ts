/** A real Chromium, and pictures of what it shows. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { provideChromium } from './chromium.ts'

const sizes = {
  desktop: { width: 1440, height: 900 },
  /** A desktop window at 200 % zoom. */
  zoomed: { width: 720, height: 450 },
  phone: { width: 390, height: 844 },
  /** The narrowest phone that is supported. */
  narrow: { width: 360, height: 740 },
} as const

export interface Look {
  readonly size?: keyof typeof sizes
  readonly theme?: 'light' | 'dark'
}

const screenshots = path.resolve(import.meta.dirname, '../browser/screenshots')

export async function openBrowser(): Promise<Browser> {
  const { executablePath, args, env } = provideChromium()
  return chromium.launch({ executablePath, args: [...args], env, headless: true })
}

/** A person's browser: its cookies and its stored text are its own. */
export function openProfile(browser: Browser, { size = 'desktop', theme = 'light' }: Look = {}) {
  const isTouch = size === 'phone' || size === 'narrow'
  return browser.newContext({
    viewport: sizes[size],
    colorScheme: theme,
    reducedMotion: 'reduce',
    locale: 'en-GB',
    hasTouch: isTouch,
    isMobile: isTouch,
  })
}

/** Puts a picture into test/browser/screenshots, which is not kept in git. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(screenshots, { recursive: true })
  await page.screenshot({ path: path.join(screenshots, `${name}.png`) })
}

/** What its pages complained about: errors nobody caught, and what the content policy refused. */
export function complaintsOf(profile: BrowserContext): readonly string[] {
  const complaints: string[] = []
  profile.on('weberror', (error) => complaints.push(String(error.error())))
  profile.on('console', (message) => {
    if (message.type() === 'error' && !isExpected(message.text(), message.location().url))
      complaints.push(message.text())
  })
  return complaints
}

/** Chromium reports every failed request; tests cut connections and ask for what is not there on purpose. */
function isExpected(text: string, url: string): boolean {
  return /net::ERR|WebSocket connection/.test(text) || (/Failed to load/.test(text) && url.includes('/api/'))
}
