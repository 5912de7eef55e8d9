import { contentOf, contentUpdate } from '@weft/document'
import { realTimers } from '@weft/server/clock'
import { startDocumentWorker } from '@weft/server/documents-in-worker'
import { WorkerFailure } from '@weft/server/task-thread'
import type { Timers } from '@weft/sync'
import { afterEach, describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { random } from '../support/random.ts'
import { until } from '../support/until.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((worker) => worker.close()))
})

function worker(options: Partial<Parameters<typeof startDocumentWorker>[0]> = {}) {
  const started = startDocumentWorker({ timers: realTimers, ...options })
  open.push(started)
  return started
}

function threadsOfThisProcess(): number {
  const { workers } = process.report.getReport() as { readonly workers: readonly unknown[] }
  return workers.length
}

describe('documents in a worker', () => {
  it('read, write and fold as here', async () => {
    const documents = worker()
    const update = await documents.writeText('Grüße 🌍\n')
    expect(contentOf([update])).toBe('Grüße 🌍\n')
    expect(await textOf(documents, [update])).toBe('Grüße 🌍\n')
    const folded = await documents.fold([update, contentUpdate('more')])
    expect(contentOf([folded.bytes])).toContain('Grüße 🌍\n')
  })

  it('leave the caller its bytes, also when they are a view of a larger buffer', async () => {
    const documents = worker()
    const update = contentUpdate('text')
    const view = new Uint8Array(new ArrayBuffer(1024), 100, update.length)
    view.set(update)
    expect(await textOf(documents, [view])).toBe('text')
    expect(view.length).toBe(update.length)
    expect(contentOf([view])).toBe('text')
  })

  it('reject what Yjs rejects, and go on', async () => {
    const documents = worker()
    await expect(documents.fold([Uint8Array.of(9, 9, 9)])).rejects.toThrow()
    expect(await textOf(documents, [contentUpdate('still here')])).toBe('still here')
  })

  it('end a task that takes too long, and give the next one a new thread', async () => {
    const deadlines: (() => void)[] = []
    const timers: Timers = {
      now: realTimers.now,
      after(_, task) {
        deadlines.push(task)
        return () => {}
      },
    }
    const documents = worker({ timers })
    const slow = documents.writeText('x'.repeat(4_000_000))
    const next = documents.writeText('quick')
    deadlines[0]?.()
    await expect(slow).rejects.toThrow(WorkerFailure)
    expect(contentOf([await next])).toBe('quick')
    // The deadline of a task that is done strikes nobody.
    deadlines[1]?.()
    expect(contentOf([await documents.writeText('again')])).toBe('again')
  })

  it('give nobody else the answer that a task had ready when its time was over', async () => {
    const deadlines: (() => void)[] = []
    const timers: Timers = {
      now: realTimers.now,
      after(_, task) {
        deadlines.push(task)
        return () => {}
      },
    }
    const documents = worker({ timers })
    await documents.writeText('the thread is there')
    deadlines.length = 0
    const late = documents.writeText('late')
    const next = documents.writeText('next')
    // This thread is busy while the other one answers.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
    deadlines[0]?.()
    await expect(late).rejects.toThrow(WorkerFailure)
    expect(contentOf([await next])).toBe('next')
  })

  it('survive a thread that dies, at every task anew', async () => {
    const documents = worker({ entry: new URL('./fixtures/dying-worker.ts', import.meta.url) })
    const tasks = ['a', 'b', 'c'].map((text) => documents.writeText(text))
    for (const task of tasks) await expect(task).rejects.toThrow(WorkerFailure)
  })

  it('serve who waits before folding', async () => {
    const documents = worker()
    const order: string[] = []
    const done = (name: string) => () => order.push(name)
    const first = documents.fold([contentUpdate('x'.repeat(1_000_000))]).then(done('running'))
    const folds = [1, 2].map(() => documents.fold([contentUpdate('a')]).then(done('fold')))
    const read = textOf(documents, [contentUpdate('a')]).then(done('read'))
    const state = documents.readState([contentUpdate('a')]).then(done('state'))
    await Promise.all([first, ...folds, read, state])
    expect(order).toEqual(['running', 'read', 'state', 'fold', 'fold'])
  })

  it('end a thread that has nothing to do, and start another for the next task', async () => {
    const rests: (() => void)[] = []
    const timers: Timers = {
      now: realTimers.now,
      after(ms, task) {
        if (ms === 7_000) rests.push(task)
        return () => {}
      },
    }
    const documents = worker({ timers, idleMs: 7_000 })
    expect(contentOf([await documents.writeText('one')])).toBe('one')
    const threads = threadsOfThisProcess()
    expect(rests).toHaveLength(1)
    rests[0]?.()
    await until(() => threadsOfThisProcess() < threads)
    expect(contentOf([await documents.writeText('two')])).toBe('two')
  })

  it('stay open when they are large, and are what was written at every revision, whichever comes next', async () => {
    const documents = worker()
    const dice = random(3)
    const doc = new Y.Doc()
    const text = doc.getText('content')
    const log: Uint8Array[] = []
    doc.on('update', (update: Uint8Array) => log.push(update))
    text.insert(0, 'some words\n'.repeat(8_000))
    const texts = ['', text.toString()]
    for (let edit = 0; edit < 60; edit++) {
      text.insert(dice.below(text.length), `edit ${edit}`)
      texts.push(text.toString())
    }
    let at = 0
    const kinds = new Set<string>()
    for (let step = 0; step < 60; step++) {
      const upTo = 1 + dice.below(log.length)
      const after = dice.chance(0.7) ? Math.min(at, upTo) : dice.below(upTo)
      const source = { key: 'large', after, upTo, updates: log.slice(after, upTo) }
      const read = await documents.readText(source)
      kinds.add(after === 0 ? 'built' : read.type)
      if (read.type === 'closed') {
        expect(after > at || at > upTo).toBe(true)
        continue
      }
      expect(read.value === texts[upTo], `revision ${upTo} after ${after}`).toBe(true)
      if (read.isOpen) at = upTo
      const request = {
        intent: { type: 'replace', text: `${texts[upTo]}!` },
        writer: { type: 'new' },
      } as const
      const edited = await documents.edit({ ...source, after: at === upTo ? upTo : 0 }, request)
      if (edited.type !== 'done' || edited.value.type !== 'edited') continue
      const [update] = [edited.value.update]
      expect(contentOf([...log.slice(0, upTo), update]) === `${texts[upTo]}!`).toBe(true)
    }
    expect(kinds).toEqual(new Set(['built', 'done', 'closed']))
  })

  it('reject everything that is left when closed', async () => {
    const documents = worker()
    const outcomes = [1, 2, 3].map(() => documents.writeText('x'.repeat(100_000)).catch((error) => error))
    await documents.close()
    await until(async () => (await Promise.all(outcomes)).every((error) => error instanceof WorkerFailure))
    await expect(documents.writeText('late')).rejects.toThrow(WorkerFailure)
  })
})

async function textOf(documents: ReturnType<typeof worker>, updates: readonly Uint8Array[]): Promise<string> {
  const read = await documents.readText({ key: 'a document', after: 0, upTo: updates.length, updates })
  if (read.type !== 'done') throw new Error('nothing was to be open')
  return read.value
}
