/** What opening a document costs a server that replays its updates into a Y.Doc. Argument: file of updates. */
import * as Y from 'yjs'
import { readUpdates } from '../data/update-file.ts'

const updates = readUpdates(process.argv[2] ?? '')
const began = performance.now()
const doc = new Y.Doc()
for (const update of updates) Y.applyUpdate(doc, update)
const { length } = Y.encodeStateAsUpdate(doc)
console.log(JSON.stringify({ firstMs: performance.now() - began, kilobytes: length / 1_000 }))
