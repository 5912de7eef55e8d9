import { MessageProgress } from '@weft/server/ws/message-progress'
import { describe, expect, test } from 'vitest'
import { random, seeds } from '../support/random.ts'
import { clientFrame } from '../support/raw-socket.ts'

const binary = 0x82
const binaryPart = 0x02
const lastPart = 0x80
const ping = 0x89

describe('[W23] how much of a message is unfinished', () => {
  test('is nothing between messages', () => {
    const progress = new MessageProgress()
    expect(progress.unfinished).toBe(0)
    progress.feed(clientFrame(binary, new Uint8Array(10)))
    expect(progress.unfinished).toBe(0)
    progress.feed(clientFrame(binary, new Uint8Array(0)))
    expect(progress.unfinished).toBe(0)
    expect(progress.begun).toBe(2)
  })

  test('is all that came since it began: header, parts and the pings between them', () => {
    const progress = new MessageProgress()
    const first = clientFrame(binaryPart, new Uint8Array(1_000))
    const between = clientFrame(ping, new Uint8Array(4))
    progress.feed(first)
    progress.feed(between)
    expect(progress.unfinished).toBe(first.length + between.length)
    progress.feed(clientFrame(lastPart, new Uint8Array(5)))
    expect(progress.unfinished).toBe(0)
  })

  test('counts a cut header', () => {
    const progress = new MessageProgress()
    progress.feed(Uint8Array.of(binary))
    expect(progress.unfinished).toBe(1)
    progress.feed(Uint8Array.of(0xff, 0, 0, 0))
    expect(progress.unfinished).toBe(5)
  })

  for (const seed of seeds(20)) {
    test(`does not depend on how the network cuts the bytes (seed ${seed})`, () => {
      const dice = random(seed)
      const sizes = Array.from({ length: 30 }, () => dice.pick([0, 1, 125, 126, 200, 65_535, 65_536, 70_000]))
      const stream = Buffer.concat(sizes.map((size) => clientFrame(binary, new Uint8Array(size))))
      const cut = new MessageProgress()
      for (let at = 0; at < stream.length; ) {
        const length = dice.chance(0.5) ? 1 + dice.below(20) : dice.below(100_000)
        cut.feed(stream.subarray(at, at + length))
        at += length
      }
      expect(cut.unfinished).toBe(0)
      expect(cut.begun).toBe(sizes.length)
      cut.feed(clientFrame(binary, new Uint8Array(300)).subarray(0, 100))
      expect(cut.unfinished).toBe(100)
    })
  }
})
