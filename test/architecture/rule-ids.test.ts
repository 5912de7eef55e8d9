import { describe, expect, it } from 'vitest'
import { quotedIn, rulesIn, unproven } from './rule-ids.ts'
import { readSource, testSources } from './tree.ts'

const quoted = testSources.filter((file) => !file.path.startsWith('test/architecture/')).flatMap(quotedIn)
const pages = [
  { page: 'docs/protocol.md', letter: 'W' },
  { page: 'ARCHITECTURE.md', letter: 'R' },
] as const

describe.each(pages)('the rules of $page', ({ page, letter }) => {
  const rules = rulesIn(readSource(page), letter)

  it('are numbered without a gap', () => {
    expect(rules.length).toBeGreaterThan(5)
    expect([...rules].sort(byNumber)).toEqual(rules.map((_, index) => `${letter}${index + 1}`))
  })

  it('each have a test that quotes them', () => {
    expect(unproven(rules, quoted)).toEqual([])
  })

  it('are all that tests quote', () => {
    expect(quoted.filter((id) => id.startsWith(letter) && !rules.includes(id))).toEqual([])
  })
})

describe('a rule without a test is found', () => {
  const page = { path: 'ARCHITECTURE.md', text: '**R1** One.\n**R2** Two.' }

  it('when no test names it', () => {
    const file = { path: 'test/a.test.ts', text: `it('[R1] holds', () => {})` }
    expect(unproven(rulesIn(page, 'R'), quotedIn(file))).toEqual(['R2'])
  })

  it('when only a comment names it', () => {
    const file = { path: 'test/a.test.ts', text: `// [R2]\ndescribe.each(all)('[R1] %s', () => {})` }
    expect(unproven(rulesIn(page, 'R'), quotedIn(file))).toEqual(['R2'])
  })
})

function byNumber(a: string, b: string): number {
  return Number(a.slice(1)) - Number(b.slice(1))
}
