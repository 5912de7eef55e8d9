// What a first visit downloads of script, against its budget. Builds apps/web first when it is stale.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { buildWeb } from './build-web.mjs'
import { root } from './root.mjs'

const dist = path.join(root, 'apps/web/dist')

/** Kilobytes of gzip for each way into the app: its modules and all that they import at once. */
const budgets = [
  { page: 'home', entries: ['index.html'], kilobytes: 160 },
  { page: 'editor', entries: ['index.html', 'src/pages/document-page.tsx'], kilobytes: 430 },
]

/** Scripts of public/ that the page itself names; they are in no manifest. */
function plainScripts() {
  const page = readFileSync(path.join(dist, 'index.html'), 'utf8')
  return [...page.matchAll(/<script src="\/([\w.-]+\.js)"/g)].map((match) => match[1])
}

/** The script files that `entries` load at once; what is imported on demand does not count. */
function scriptsOf(manifest, entries) {
  const seen = new Set()
  const visit = (key) => {
    if (seen.has(key)) return
    seen.add(key)
    for (const next of manifest[key].imports ?? []) visit(next)
  }
  for (const entry of entries) {
    if (manifest[entry] === undefined) throw new Error(`${entry} is no entry of the build`)
    visit(entry)
  }
  const built = [...seen].map((key) => manifest[key].file).filter((file) => file.endsWith('.js'))
  return [...new Set([...built, ...plainScripts()])]
}

if (!buildWeb(process.execPath)) process.exit(1)
const manifest = JSON.parse(readFileSync(path.join(dist, '.vite/manifest.json'), 'utf8'))
const sizes = budgets.map(({ page, entries, kilobytes }) => {
  const bytes = scriptsOf(manifest, entries)
    .map((file) => gzipSync(readFileSync(path.join(dist, file)), { level: 9 }).length)
    .reduce((sum, size) => sum + size, 0)
  return { within: bytes <= kilobytes * 1000, text: `${page} ${Math.ceil(bytes / 1000)} of ${kilobytes} kB` }
})
console.log(sizes.map((size) => size.text).join(', '))
process.exitCode = sizes.every((size) => size.within) ? 0 : 1
