/** Stock clients behind networks that cut, delay and break, and a server that is killed now and then. */
import { describe, expect, test } from 'vitest'
import { random, seeds } from '../support/random.ts'
import { restartingServer } from '../support/server-process-restarting.ts'
import { areSame, stockClient, stockVersions } from '../support/stock-client.ts'
import { tcpProxy } from '../support/tcp-proxy.ts'
import { until } from '../support/until.ts'

describe('over a bad network', () => {
  for (const seed of seeds(3)) {
    test(`everybody ends with the same document, and so does the server (seed ${seed})`, {
      timeout: 120_000,
    }, async () => {
      const dice = random(seed)
      await using server = await restartingServer()
      const networks = await Promise.all([0, 1, 2, 3].map(() => tcpProxy(server.port, dice)))
      // A name that the server does not know is refused, and each of these is one.
      const origins = networks.map(({ port }) => `http://127.0.0.1:${port}`)
      const settings = ['--origins', origins.join(',')]
      await server.start(settings)
      const document = await server.create({ title: 'Bad network', kind: 'text' })
      const people = networks.map(({ port }, index) =>
        stockClient(port, document, { version: stockVersions[index % 2] ?? '3.1.0', name: `${index}` }),
      )
      await Promise.all(people.map((person) => person.synced()))

      let crash: Promise<unknown> = Promise.resolve()
      const kept: string[] = []
      for (let step = 0; step < 600; step++) {
        const person = dice.pick(people)
        const network = dice.pick(networks)
        const marker = `<${step}>`
        person.text.insert(person.text.length, marker)
        kept.push(marker)
        if (dice.chance(0.1)) network.chop(dice.pick([1, 3, 20, null]))
        if (dice.chance(0.05))
          network.hold(dice.pick([['to-server'], ['to-client'], ['to-server', 'to-client']]))
        if (dice.chance(0.15)) network.release()
        if (dice.chance(0.03)) network.cut()
        if (step === 300) crash = server.kill().then(() => server.start(settings))
        if (step % 4 === 0) await new Promise((resolve) => setImmediate(resolve))
      }
      await crash
      for (const network of networks) {
        network.chop(null)
        network.release()
      }
      await until(() => areSame(people) && people.every((person) => person.isConnected), {
        withinMs: 20_000,
        what: 'all have the same',
      })
      const text = people[0]?.text.toString() ?? ''
      expect(kept.filter((marker) => !text.includes(marker))).toEqual([])
      await until(async () => (await server.content(document)) === text)
      for (const person of people) person.leave()
      for (const network of networks) await network[Symbol.asyncDispose]()
    })
  }
})
