/** A real Chromium: `TEST_CHROMIUM`, an installed one, or Debian's package unpacked beside the sources. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { debianPackages, onPath } from './provision.ts'

export interface Chromium {
  readonly executablePath: string
  readonly args: readonly string[]
  readonly env: Record<string, string>
}

const names = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chromium-headless-shell',
]
const places = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:/Program Files/Google/Chrome/Application/chrome.exe',
  'C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe',
]
const quiet = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Throws with what to do when there is none and none can be fetched. */
export function provideChromium(): Chromium {
  // The sandbox needs a user that is not root.
  const args = process.getuid?.() === 0 ? [...quiet, '--no-sandbox'] : quiet
  const env = Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
  const installed = process.env.TEST_CHROMIUM ?? onPath(...names) ?? places.find((file) => existsSync(file))
  if (installed !== undefined) return { executablePath: installed, args, env }
  const unpacked = debianPackages('chromium', ['chromium-headless-shell', 'fonts-dejavu-core'])
  if (unpacked === undefined)
    throw new Error('No browser for the tests: install Chrome or Chromium, or set TEST_CHROMIUM to one.')
  return {
    executablePath: path.join(unpacked.folder, 'usr/lib/chromium/chromium-headless-shell'),
    args,
    env: { ...env, LD_LIBRARY_PATH: unpacked.libraries },
  }
}
