import { limits } from '@weft/protocol'
import { addressKey, isLoopback } from '@weft/server/addresses'
import { places, takeAll } from '@weft/server/places'
import { InboundBudget } from '@weft/server/ws/inbound-budget'
import { parseSyncRequest } from '@weft/server/ws/sync-request'
import { describe, expect, test } from 'vitest'

describe('[W26] places for connections', () => {
  test('are bounded for one address and in all, and given back once', () => {
    const table = places(3, 2)
    const first = table.take('a')
    expect(first).not.toBeNull()
    expect(table.take('a')).not.toBeNull()
    expect(table.take('a')).toBeNull()
    expect(table.take('b')).not.toBeNull()
    expect(table.take('c')).toBeNull()
    first?.()
    first?.()
    expect(table.taken).toBe(2)
    expect(table.take('a')).not.toBeNull()
    expect(table.take('a')).toBeNull()
  })

  test('without a key count in all only', () => {
    const table = places(3, 1)
    expect(table.take(null)).not.toBeNull()
    expect(table.take(null)).not.toBeNull()
    expect(table.take('a')).not.toBeNull()
    expect(table.take(null)).toBeNull()
  })

  test('of several kinds are taken together or not at all', () => {
    const [addresses, actors] = [places(9, 9), places(9, 1)]
    const first = takeAll([
      [addresses, 'a'],
      [actors, 'ann'],
    ])
    expect(
      takeAll([
        [addresses, 'b'],
        [actors, 'ann'],
      ]),
    ).toBeNull()
    expect([addresses.taken, actors.taken]).toEqual([1, 1])
    first?.()
    expect([addresses.taken, actors.taken]).toEqual([0, 0])
  })

  test('take an IPv6 household for one, and an IPv4 address in IPv6 clothes for itself', () => {
    expect(addressKey('2001:db8:1:2:aaaa::1')).toBe('2001:db8:1:2')
    expect(addressKey('2001:db8:1:2:bbbb:0:0:9')).toBe('2001:db8:1:2')
    expect(addressKey('2001:db8:1:3::1')).not.toBe('2001:db8:1:2')
    expect(addressKey('2001:db8::')).toBe('2001:db8:0:0')
    expect(addressKey('fe80::1%eth0')).toBe('fe80:0:0:0')
    expect(addressKey('::ffff:192.0.2.7')).toBe('192.0.2.7')
    expect(addressKey('192.0.2.7')).toBe('192.0.2.7')
  })

  test('know loopback in all its spellings', () => {
    for (const address of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1']) {
      expect(isLoopback(address), address).toBe(true)
    }
    for (const address of ['192.0.2.7', '2001:db8::1', '::ffff:192.0.2.7', '']) {
      expect(isLoopback(address), address).toBe(false)
    }
  })
})

describe('[W21] the budget of a connection', () => {
  /** Milliseconds to wait after a message. */
  const after = (budget: InboundBudget, bytes: number, now: number) => {
    budget.spend(bytes)
    return budget.owed(now)
  }

  test('lets a person, and a whole document at once, through without a pause', () => {
    const budget = new InboundBudget(0)
    expect(after(budget, limits.writerFrameBytes, 0)).toBe(0)
    for (let at = 0; at < 60_000; at += 66) expect(after(budget, 60, at)).toBe(0)
  })

  for (const [what, size, burst, rate] of [
    ['messages', 10, limits.messagesBurst, limits.messagesPerSecond],
    ['bytes', 1_000_000, limits.bytesBurst / 1_000_000, limits.bytesPerSecond / 1_000_000],
  ] as const) {
    test(`slows a flood of ${what} down to its rate`, () => {
      const budget = new InboundBudget(0)
      let now = 0
      let sent = 0
      while (now < 10_000) {
        sent += 1
        now += after(budget, size, now)
      }
      expect(sent).toBeLessThan(burst + 11 * rate)
      expect(sent).toBeGreaterThan(burst + 9 * rate)
    })
  }

  test('takes nothing away when the clock is set back', () => {
    const budget = new InboundBudget(1_000_000)
    expect(after(budget, 10, 0)).toBe(0)
    expect(after(budget, 10, 1_000_000)).toBe(0)
  })
})

describe('[W9] the address', () => {
  test('is /sync/<document>, with the two keys that are ours and any that are not', () => {
    expect(parseSyncRequest('/sync/abc')).toMatchObject({ document: 'abc', receipts: false, lineage: null })
    expect(parseSyncRequest('/sync/A-_9?receipts=1&lineage=x%20y&theme=dark')).toMatchObject({
      document: 'A-_9',
      receipts: true,
      lineage: 'x y',
    })
    expect(parseSyncRequest('/sync/abc?receipts=0')?.receipts).toBe(false)
  })

  test('is nothing else', () => {
    const others = [
      undefined,
      '',
      '/',
      '/sync',
      '/sync/',
      '/sync/?x',
      '/sync/a/b',
      '/sync/a%2e',
      '/sync/..',
      '/sync/ä',
      `/sync/${'a'.repeat(65)}`,
      '/sync/a*',
      '/Sync/a',
      '//sync/a',
      'http://elsewhere/sync/a',
    ]
    for (const url of others) expect(parseSyncRequest(url), url).toBeNull()
  })
})
