/** The documents that scenarios open, made once and kept as files in the cache. */
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { encode } from '@weft/protocol'
import * as Y from 'yjs'
import { cacheFolder } from '../peers.ts'
import { type Typed, typed } from './typed.ts'
import { writeUpdates } from './update-file.ts'

export interface Documents {
  readonly source: string
  /** One update for each edit of the longest text. */
  readonly history: string
  /** One update that makes all of it but the last `historyRest` edits. */
  readonly historyStart: string
  readonly historyRest: number
  /** One update that makes a document of about 1 MB. */
  readonly large: string
  /** That update as the message with which a server answers a client that has nothing. */
  readonly answer: string
  /** The state vector of somebody who lacks its last 300 edits. */
  readonly earlier: string
}

const largeBytes = 1_000_000
const lateEdits = 300
/** Some 60 KB: a server folds before there are many more. */
const historyRest = 2_500

export async function documents(): Promise<Documents> {
  const { source, texts } = typed()
  const folder = path.join(cacheFolder('data'), source.startsWith('recorded') ? 'recorded' : 'generated')
  const files = {
    source,
    history: path.join(folder, 'history.updates'),
    historyStart: path.join(folder, 'history-start.update'),
    historyRest,
    large: path.join(folder, 'large.update'),
    answer: path.join(folder, 'large.step-2'),
    earlier: path.join(folder, 'earlier.state-vector'),
  }
  if (existsSync(files.earlier)) return files
  await mkdir(folder, { recursive: true })
  const history = historyOf(texts[0])
  writeUpdates(files.history, history)
  await writeFile(files.historyStart, inOne(history.slice(0, -historyRest)))
  const { update, stateVector } = largeDocument(texts)
  await writeFile(files.large, update)
  await writeFile(files.answer, encode({ type: 'sync-step-2', update }))
  await writeFile(files.earlier, stateVector)
  return files
}

function inOne(updates: readonly Uint8Array[]): Uint8Array {
  const doc = new Y.Doc()
  for (const update of updates) Y.applyUpdate(doc, update)
  return Y.encodeStateAsUpdate(doc)
}

function historyOf(text: Typed | undefined): readonly Uint8Array[] {
  const doc = new Y.Doc()
  doc.clientID = 2_000_000_001
  const updates: Uint8Array[] = []
  doc.on('update', (update: Uint8Array) => {
    updates.push(update)
  })
  if (text !== undefined) replay(doc, text)
  return updates
}

/** The texts one behind the other, each typed by somebody else, until the document is large enough. */
function largeDocument(texts: readonly Typed[]): {
  readonly update: Uint8Array
  readonly stateVector: Uint8Array
} {
  const doc = new Y.Doc()
  doc.clientID = 2_000_000_001
  for (let turn = 0; Y.encodeStateAsUpdate(doc).length < largeBytes; turn++) {
    const text = texts[turn % texts.length]
    if (text !== undefined) replay(doc, text)
    doc.clientID += 1
  }
  const stateVector = Y.encodeStateVector(doc)
  const content = doc.getText('content')
  for (let edit = 0; edit < lateEdits; edit++) content.insert((edit * 777) % content.length, `edit ${edit}`)
  return { update: Y.encodeStateAsUpdate(doc), stateVector }
}

function replay(doc: Y.Doc, { startContent, patches }: Typed): void {
  const content = doc.getText('content')
  const offset = content.length
  if (startContent !== '') content.insert(offset, startContent)
  for (const [position, deleted, inserted] of patches) {
    doc.transact(() => {
      if (deleted > 0) content.delete(offset + position, deleted)
      if (inserted !== '') content.insert(offset + position, inserted)
    })
  }
}
