/** What documents weigh that are held as live Y.Docs. Arguments: file of one update, how many documents. */
import { readFileSync } from 'node:fs'
import * as Y from 'yjs'

const [file = '', count] = process.argv.slice(2)
const update = new Uint8Array(readFileSync(file))
const docs: Y.Doc[] = []
const open = () => {
  const doc = new Y.Doc()
  Y.applyUpdate(doc, update)
  docs.push(doc)
}
const rss = () => {
  globalThis.gc?.()
  globalThis.gc?.()
  return process.memoryUsage.rss() / 1_048_576
}
// The first one brings code and tables that all others share.
open()
const before = rss()
for (let index = 0; index < Number(count); index++) open()
const after = rss()
console.log(JSON.stringify({ megabytesPerDocument: (after - before) / (docs.length - 1) }))
