import { refuseFaults } from '@weft/server/http/sent-text'
import { describe, expect, it } from 'vitest'

describe('a text that is sent', () => {
  it('is refused for its line ends without making a list of all its lines', () => {
    const text = `${'\n'.repeat(12 * 1024 * 1024 - 1)}\r`
    const times = Array.from({ length: 5 }, () => {
      const start = performance.now()
      expect(() => refuseFaults(text)).toThrow(
        expect.objectContaining({ particulars: { detail: 'There is a carriage return in line 12582912.' } }),
      )
      return performance.now() - start
    })
    expect(Math.min(...times)).toBeLessThan(120)
  })
})
