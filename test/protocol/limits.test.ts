import { readFile } from 'node:fs/promises'
import { limits } from '@weft/protocol'
import { expect, test } from 'vitest'

/** As the page writes it: the unit is in the name. */
function written(name: string, value: number): string {
  if (/Bytes(PerSecond|Burst)?$|^bytes/.test(name)) {
    const perSecond = name.endsWith('PerSecond') ? '/s' : ''
    const [size, unit] = value % 1024 ** 2 === 0 ? [value / 1024 ** 2, 'MiB'] : [value / 1024, 'KiB']
    return `${size} ${unit}${perSecond}`
  }
  if (name.endsWith('Ms')) return `${(value / 1_000).toLocaleString('en')} s`
  return value.toLocaleString('en')
}

test('the protocol’s page names every limit with its value, and no other', async () => {
  const page = await readFile(new URL('../../docs/protocol.md', import.meta.url), 'utf8')
  const [, table = ''] = page.split(/<!-- \/?limits -->/)
  const rows = table
    .trim()
    .split('\n')
    .slice(2)
    .map((row) => row.split('|').map((cell) => cell.trim().replaceAll('`', '')))
  const named = rows.map(([, name = '', value = '']) => [name, value])
  expect(named).toEqual(Object.entries(limits).map(([name, value]) => [name, written(name, value)]))
  for (const [, name = '', , meaning = ''] of rows) expect(meaning.length, name).toBeGreaterThan(10)
})
