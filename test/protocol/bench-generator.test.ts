import { describe, expect, it } from 'vitest'
import { frameWalker, maskedFrame } from '../bench/generator/frames.ts'
import { histogram } from '../bench/generator/histogram.ts'
import { marker, markerScanner } from '../bench/generator/markers.ts'
import { schedule } from '../bench/generator/schedule.ts'
import { random, seeds } from '../support/random.ts'

describe("the benchmark's histogram", () => {
  it('knows quantiles to two percent', () => {
    const times = histogram()
    for (let ms = 1; ms <= 1_000; ms++) times.add(ms)
    for (const share of [0.01, 0.5, 0.9, 0.99]) {
      expect(Math.abs(times.quantile(share) / (share * 1_000) - 1)).toBeLessThan(0.02)
    }
    expect([times.count, times.max]).toEqual([1_000, 1_000])
  })

  it('never says more than the largest value, and nothing of no values', () => {
    const times = histogram()
    expect(times.quantile(0.5)).toBe(0)
    times.add(0.5)
    expect(times.quantile(0.99)).toBeLessThanOrEqual(0.5)
  })
})

describe('the markers of edits', () => {
  const text = `~~${marker(1, 2)}x~E0~E${marker(46_655, 7)}${marker(0, 0)}~E00000!~`
  const inside = ['1.2', '46655.7', '0.0']

  it('are found once each, wherever a stream is cut in two', () => {
    const bytes = Buffer.from(text)
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(foundIn([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(inside)
    }
  })

  it('are found byte by byte', () => {
    expect(foundIn([...Buffer.from(text)].map((byte) => Buffer.of(byte)))).toEqual(inside)
  })

  it.each(seeds(20))('are found however the stream is cut (seed %i)', (seed) => {
    const dice = random(seed)
    const all = Array.from({ length: 200 }, () => [dice.below(46_656), dice.below(46_656)] as const)
    const bytes = Buffer.from(
      all.map(([author, edit]) => `${'~E'.repeat(dice.below(3))}${marker(author, edit)}`).join(''),
    )
    const chunks: Buffer[] = []
    for (let at = 0; at < bytes.length; ) {
      const length = 1 + dice.below(40)
      chunks.push(bytes.subarray(at, at + length))
      at += length
    }
    expect(foundIn(chunks)).toEqual(all.map(([author, edit]) => `${author}.${edit}`))
  })

  it('are no more than their digits can name', () => {
    expect(() => marker(46_656, 0)).toThrow(RangeError)
  })
})

describe('the frames that a server sends', () => {
  const lengths = [0, 1, 125, 126, 65_535, 65_536]

  it.each([1, 7, 1_000, 1_000_000])('are told apart in chunks of %i bytes', (size) => {
    const stream = Buffer.concat(lengths.map((length) => serverFrame(length)))
    const seen: number[] = []
    const walker = frameWalker(4, ({ opcode, head, length }) => {
      expect([opcode, head[0]]).toEqual([2, length === 0 ? head[0] : length % 251])
      seen.push(length)
    })
    for (let at = 0; at < stream.length; at += size) walker.walk(stream.subarray(at, at + size), at)
    expect(seen).toEqual(lengths)
  })

  it('are masked when they are ours', () => {
    for (const length of lengths) {
      const frame = maskedFrame(2, new Uint8Array(length).fill(7))
      const mask = frame.subarray(frame.length - length - 4, frame.length - length)
      const payload = frame
        .subarray(frame.length - length)
        .map((byte, index) => byte ^ (mask[index & 3] ?? 0))
      expect(payload.every((byte) => byte === 7)).toBe(true)
    }
  })
})

describe('the schedule of edits', () => {
  it('gives everybody the same rate and no moment a crowd', () => {
    const { dueAt, clientAt } = schedule(50, 5)
    const turns = Array.from({ length: 500 }, (_, turn) => turn)
    for (let client = 0; client < 50; client++) {
      const own = turns.filter((turn) => clientAt(turn) === client).map(dueAt)
      expect(own).toHaveLength(10)
      for (let index = 1; index < own.length; index++) {
        expect((own[index] ?? 0) - (own[index - 1] ?? 0)).toBeCloseTo(200)
      }
    }
    const gaps = turns.slice(1).map((turn) => dueAt(turn) - dueAt(turn - 1))
    expect(Math.min(...gaps)).toBeGreaterThan(0)
    expect(Math.max(...gaps)).toBeLessThan(10)
  })
})

function foundIn(chunks: readonly Buffer[]): readonly string[] {
  const found: string[] = []
  const scanner = markerScanner((author, edit) => {
    found.push(`${author}.${edit}`)
  })
  for (const chunk of chunks) scanner.scan(chunk)
  return found
}

function serverFrame(length: number): Buffer {
  const header = length < 126 ? Buffer.of(0x82, length) : length < 65_536 ? Buffer.alloc(4) : Buffer.alloc(10)
  if (header.length === 4) header.writeUInt16BE(length, 2)
  if (header.length === 10) header.writeBigUInt64BE(BigInt(length), 2)
  if (header.length > 2) header.set([0x82, header.length === 4 ? 126 : 127])
  return Buffer.concat([header, Buffer.alloc(length, length % 251)])
}
