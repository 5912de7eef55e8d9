import { applyChanges, type Edit, resolveEdits, summaryOf } from '@weft/document'
import { describe, expect, it } from 'vitest'

const text = '# Minutes\n\nAll agreed.\n\n## Log\n\n- first\n\n## Next\n\nAll good.\n'

describe('edits that say where', () => {
  it.each<[string, Edit, string]>([
    ['find', { find: 'agreed', replace: 'argued' }, text.replace('agreed', 'argued')],
    ['find, the second', { find: 'All', replace: 'Some', occurrence: 2 }, text.replace('All g', 'Some g')],
    ['find, all', { find: 'All', replace: 'Some', occurrence: 'all' }, text.replaceAll('All', 'Some')],
    ['range', { range: { from: 2, to: 9 }, insert: 'Notes' }, text.replace('Minutes', 'Notes')],
    ['append', { append: 'end\n' }, `${text}end\n`],
    ['prepend', { prepend: 'start' }, `start\n${text}`],
    ['under', { under: '## Log', append: '- second' }, text.replace('first\n', 'first\n- second\n')],
    ['under, at the end', { under: 'Next', append: 'x\n' }, `${text}x\n`],
  ])('%s', (_, edit, expected) => {
    expect(applied(text, [edit])).toBe(expected)
  })

  it('start a line of their own behind a text that ends in the middle of one', () => {
    expect(applied('a', [{ append: 'b' }])).toBe('a\nb')
    expect(applied('', [{ append: 'b' }, { prepend: 'a' }])).toContain('b')
    expect(applied('# A', [{ under: '# A', append: 'b' }])).toBe('# A\nb\n')
  })

  it('make lines of their own in an empty text, too', () => {
    expect(applied('', [{ prepend: 'a' }, { prepend: 'b' }, { append: 'c' }])).toBe('a\nb\nc\n')
  })

  it('all speak of the text before any of them, in the order of the list', () => {
    expect(
      applied('one two', [
        { find: 'two', replace: 'one' },
        { find: 'one', replace: 'two' },
        { append: 'x\n' },
        { append: 'y' },
      ]),
    ).toBe('two one\nx\n\ny')
  })

  it('that change nothing are no changes', () => {
    expect(resolveEdits(text, [{ find: 'agreed', replace: 'agreed' }, { append: '' }])).toEqual({
      changes: [],
    })
  })

  it.each<[string, Edit, object]>([
    ['absent', { find: 'rejected', replace: '' }, { reason: 'absent', found: [] }],
    [
      'absent, with what comes near',
      { find: 'ALL  Agreed', replace: '' },
      { reason: 'absent', found: [{ line: 3, excerpt: 'All agreed.' }] },
    ],
    [
      'ambiguous',
      { find: 'All', replace: '' },
      {
        reason: 'ambiguous',
        found: [
          { line: 3, excerpt: 'All agreed.' },
          { line: 11, excerpt: 'All good.' },
        ],
      },
    ],
    ['the third of two', { find: 'All', replace: '', occurrence: 3 }, { reason: 'absent' }],
    ['beyond the end', { range: { from: 0, to: 999 }, insert: '' }, { reason: 'out-of-range' }],
    ['backwards', { range: { from: 3, to: 2 }, insert: '' }, { reason: 'out-of-range' }],
    [
      'no such heading',
      { under: '## Lost', append: 'x' },
      { reason: 'absent', found: [{ line: 1, excerpt: '# Minutes' }, { line: 5 }, { line: 9 }] },
    ],
  ])('that do not fit say why: %s', (_, edit, misfit) => {
    expect(resolveEdits(text, [{ append: 'fits' }, edit])).toMatchObject({
      misfits: [{ edit: 1, ...misfit }],
    })
  })

  it('do not fit through the middle of a character', () => {
    expect(resolveEdits('🌍', [{ range: { from: 1, to: 2 }, insert: '' }])).toMatchObject({
      misfits: [{ reason: 'splits-a-character' }],
    })
  })

  it('that do not fit in great number are told in bounded time, the first of them', () => {
    const source = 'ab cd\n'.repeat(50_000)
    const start = performance.now()
    for (const edits of [
      Array.from({ length: 1_000 }, (_, n) => ({ find: `nowhere ${n}`, replace: '' })),
      Array.from({ length: 1_000 }, () => ({ range: { from: source.length, to: 1e9 }, insert: '' })),
      ['ab', 'b c'].map((find) => ({ find, replace: '', occurrence: 'all' as const })),
    ])
      expect(resolveEdits(source, edits)).toMatchObject({ misfits: { length: 20 } })
    expect(performance.now() - start).toBeLessThan(3_000)
  })

  it('that are more than may be are not all looked for', () => {
    const all = { find: 'a', replace: 'b', occurrence: 'all' } as const
    const resolved = resolveEdits('a'.repeat(1_000_000), [all, all], 100)
    expect('changes' in resolved && resolved.changes.length).toBe(101)
  })

  it('that overlap do not fit, and those that only touch do', () => {
    expect(
      resolveEdits('abcd', [
        { range: { from: 0, to: 3 }, insert: '' },
        { range: { from: 2, to: 4 }, insert: '' },
      ]),
    ).toMatchObject({ misfits: [{ edit: 1, reason: 'overlapping' }] })
    expect(
      applied('abcd', [
        { range: { from: 2, to: 4 }, insert: 'Y' },
        { range: { from: 0, to: 2 }, insert: 'X' },
      ]),
    ).toBe('XY')
  })

  it('are summed up, with their texts unless those are long', () => {
    const changes = [
      { from: 0, to: 1, insert: '' },
      { from: 4, to: 4, insert: 'new' },
    ]
    expect(summaryOf('ab\ncd\n', changes, { changes: 10, text: 3 })).toEqual([
      { line: 1, from: 0, to: 1, removed: 'a', insert: '' },
      { line: 2, from: 4, to: 4, removed: '', insert: 'new' },
    ])
    expect(summaryOf('ab\ncd\n', changes, { changes: 1, text: 3 })).toHaveLength(1)
    expect(summaryOf('ab\ncd\n', changes, { changes: 10, text: 2 })[1]).toMatchObject({ insert: null })
  })
})

function applied(source: string, edits: readonly Edit[]): string {
  const resolved = resolveEdits(source, edits)
  if ('misfits' in resolved) throw new Error(JSON.stringify(resolved.misfits))
  return applyChanges(source, resolved.changes)
}
