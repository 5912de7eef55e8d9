/** A disk that cannot sync, or takes long to. Whatever it does, a receipt is never false. */
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { describe, expect, test } from 'vitest'
import { figure, note, timeLimit } from '../support/lane.ts'
import { type Recorder, recordDisk } from '../support/power-cut.ts'
import { type Random, random, seeds } from '../support/random.ts'
import { type RestartingServer, restartingServer } from '../support/server-process-restarting.ts'
import { straceNote, withoutStrace } from '../support/strace.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { missing, type Typists, typists } from '../support/typists.ts'
import { until } from '../support/until.ts'
import { afterCut } from './after-cut.ts'

interface Scene extends AsyncDisposable {
  readonly server: RestartingServer
  readonly people: Typists
  readonly recorder: Recorder
}

/** Nine people in three documents of a server whose syncs go wrong in that way, as strace's `inject` says it. */
async function scene(dice: Random, how: string): Promise<Scene> {
  const traces = await temporaryFolder()
  const server = await restartingServer()
  await server.start()
  const documents = await Promise.all([1, 2, 3].map(() => server.create({ title: 'Bad disk', kind: 'text' })))
  const inject = ['-e', `inject=fsync,fdatasync:${how}`]
  const recorder = await recordDisk(server, join(traces.path, 'trace'), inject)
  const people = await typists(server.port, { documents, writers: 3, dice })
  return {
    server,
    people,
    recorder,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await traces[Symbol.asyncDispose]()
    },
  }
}

describe('a sync that fails', () => {
  for (const seed of seeds(figure({ short: 2, long: 20 }))) {
    const once = seed % 2 === 0
    test.skipIf(withoutStrace !== null)(
      `${once ? 'once' : 'again and again'} ends the server within 5 s, and no receipt was false (seed ${seed})${straceNote}`,
      { timeout: 60_000 },
      async () => {
        const dice = random(seed)
        const nth = 20 + dice.below(100)
        await using stage = await scene(dice, `error=EIO:when=${nth}${once ? '' : '+'}`)
        const { server, people, recorder } = stage
        await people.typeUntil(() => !server.isAlive)
        const endedAt = Date.now()
        expect(await server.ended()).toBe(1)
        expect(server.stderr).toContain('the storage failed')
        await until(() => people.isEverybodyGone)
        const recording = await recorder.stop()
        const failed = recording.events.find((event) => event.type === 'sync' && !event.ok)
        if (failed === undefined) throw new Error('no sync failed')
        expect(endedAt - failed.at).toBeLessThan(5_000)
        expect(people.receipts.length).toBeGreaterThan(20)

        // What the failed sync did not write may never reach the disk, and all that came after it.
        const worst = await afterCut(recording, people.receipts, Number.POSITIVE_INFINITY, dice)
        expect(worst.lost).toEqual([])
        expect(worst.receipted).toBe(people.receipts.length)
        await server.start()
        const lost = await missing(people.receipts, server.content)
        note('sync fails with EIO', {
          seed,
          'ended after ms': Math.round(endedAt - failed.at),
          receipted: people.receipts.length,
          lost: lost.length,
        })
        expect(lost).toEqual([])
      },
    )
  }
})

const mebibyte = 1024 * 1024

describe('a sync that takes', () => {
  for (const ms of [20, 200, 1_000]) {
    const seed = ms
    test.skipIf(withoutStrace !== null)(
      `${ms} ms: the event loop goes on, receipts come late and none is false (seed ${seed})${straceNote}`,
      { timeout: timeLimit(90_000) },
      async () => {
        const dice = random(seed)
        await using stage = await scene(dice, `delay_exit=${ms * 1_000}`)
        const { server, people, recorder } = stage
        const residentBefore = await server.metric('process_resident_memory_bytes')
        await server.metric('nodejs_eventloop_lag_p99_seconds')
        const ownLag = monitorEventLoopDelay({ resolution: 10 })
        ownLag.enable()
        const end = Date.now() + figure({ short: 4_000, long: 60_000 })
        await people.typeUntil(() => Date.now() > end, { withinMs: 120_000 })
        ownLag.disable()
        const lagMs = (await server.metric('nodejs_eventloop_lag_p99_seconds')) * 1_000
        const ownLagMs = ownLag.percentile(99) / 1_000_000
        const grown = (await server.metric('process_resident_memory_bytes')) - residentBefore
        await until(() => people.receipts.length === people.typed, {
          withinMs: 30_000,
          what: 'all is receipted',
        })
        await server.kill()
        const recording = await recorder.stop()
        const cutAt = dice.pick(people.receipts.slice(people.receipts.length / 2)).at + 1 + dice.next()
        const cut = await afterCut(recording, people.receipts, cutAt, dice)
        note(`sync takes ${ms} ms`, {
          'loop p99 ms': Math.round(lagMs),
          'p99 ms of this process': Math.round(ownLagMs),
          'memory grew MiB': Math.round(grown / mebibyte),
          syncs: recording.events.filter(({ type }) => type === 'sync').length,
          receipted: people.receipts.length,
          lost: cut.lost.length,
        })
        expect(cut.lost).toEqual([])
        // Where the machine has not even time for us, who do next to nothing, it is not the disk that the loop waits for.
        expect(lagMs).toBeLessThan(Math.max(50, 3 * ownLagMs))
        expect(grown).toBeLessThan(256 * mebibyte)
      },
    )
  }
})
