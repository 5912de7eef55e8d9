import { spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { applyChanges, MalformedDiff, parseDiff, resolveDiff, unifiedDiff } from '@weft/document'
import { describe, expect, it } from 'vitest'
import { type Random, random, seeds } from '../support/random.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const names = { from: 'a', to: 'b' }
const patch = spawnSync('patch', ['--version']).status === 0

describe('a unified diff', () => {
  it('shows what changed, with three lines around it', () => {
    const before = Array.from({ length: 20 }, (_, index) => `${index + 1}\n`)
    expect(unifiedDiff(before.join(''), before.with(9, 'ten\n').join(''), names)).toBe(
      '--- a\n+++ b\n@@ -7,7 +7,7 @@\n 7\n 8\n 9\n-10\n+ten\n 11\n 12\n 13\n',
    )
  })

  it('of equal texts is empty', () => {
    expect(unifiedDiff('a\n', 'a\n', names)).toBe('')
  })

  it.each(seeds(300))('makes the one text of the other again (seed %i)', (seed) => {
    const dice = random(seed)
    const [before, after] = pair(dice)
    if (before === after) return
    expect(laid(before, unifiedDiff(before, after, names))).toBe(after)
  })

  // Without the program there is nobody to ask.
  it.skipIf(!patch)('is what patch(1) takes, over twenty seeds', async () => {
    await using folder = await temporaryFolder()
    const file = join(folder.path, 'text')
    for (const seed of seeds(20, 1000)) {
      const [before, after] = pair(random(seed))
      if (before === after || after === '') continue
      await writeFile(file, before)
      const { status } = spawnSync('patch', ['-s', file], { input: unifiedDiff(before, after, names) })
      expect([seed, status, await readFile(file, 'utf8')]).toEqual([seed, 0, after])
    }
  })

  it.each(seeds(200))('still fits when lines were added elsewhere (seed %i)', (seed) => {
    const dice = random(seed)
    const lines = Array.from({ length: 40 }, (_, index) => `line ${index} ${dice.below(1e6)}\n`)
    const at = 15 + dice.below(10)
    const diff = unifiedDiff(lines.join(''), lines.with(at, 'changed\n').join(''), names)
    const above = Array.from({ length: dice.below(50) }, () => `above ${dice.below(1e6)}\n`)
    expect(laid([...above, ...lines].join(''), diff)).toBe(
      [...above, ...lines.with(at, 'changed\n')].join(''),
    )
  })

  it('fits where two of the outer lines around it were changed by others, and keeps those', () => {
    const diff = '@@ -1,7 +1,7 @@\n a\n b\n c\n-d\n+D\n e\n f\n g\n'
    expect(laid('A\nB\nc\nd\ne\nF\nG\n', diff)).toBe('A\nB\nc\nD\ne\nF\nG\n')
  })

  it.each([
    ['one line', '@@ -2 +2,2 @@\n nowhere\n+new\n'],
    ['two lines', '@@ -2,2 +2,3 @@\n no\n+new\n where\n'],
  ])('does not fit by its line number alone, where all that it keeps is %s elsewhere', (_, diff) => {
    expect(() => laid('a\nb\nc\n', diff)).toThrow('absent')
  })

  it('that does not fit says which hunk, and what stands there', () => {
    const diff = '@@ -1 +1 @@\n-a\n+A\n@@ -3 +3 @@\n-x\n+X\n'
    expect(resolveDiff('a\nb\nc\n', parseDiff(diff))).toEqual({
      misfits: [{ edit: 1, reason: 'absent', found: [{ line: 3, excerpt: 'c' }] }],
    })
  })

  it('may come from git, lack the blanks of blank lines, and add to a last line without an end', () => {
    const diff =
      'diff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n@@ -1,3 +1,4 @@ intro\n a\n\n b\n+c\n'
    expect(laid('a\n\nb', diff)).toBe('a\n\nb\nc\n')
  })

  it.each([
    ['nothing', ''],
    ['prose', 'please change it\n'],
    ['a broken header', '@@ what @@\n a\n'],
    ['a hunk that is cut off', '@@ -1,3 +1,3 @@\n a\n'],
    ['a hunk of other lines', '@@ -1,2 +1,2 @@\n a\n*b\n'],
    ['two files', '--- a\n+++ b\n@@ -1 +1 @@\n-a\n+b\n--- c\n+++ d\n@@ -1 +1 @@\n-a\n+b\n'],
  ])('that is %s is refused', (_, diff) => {
    expect(() => parseDiff(diff)).toThrow(MalformedDiff)
  })
})

function laid(text: string, diff: string): string {
  const resolved = resolveDiff(text, parseDiff(diff))
  if ('misfits' in resolved) throw new Error(JSON.stringify(resolved.misfits))
  return applyChanges(text, resolved.changes)
}

function pair(dice: Random): [string, string] {
  const line = () => `${dice.pick(['', 'a', 'b', 'same', '- x', '+ y', '@@', '🌍', '\\ back'])}`
  const before = Array.from({ length: dice.below(40) }, line)
  const after = [...before]
  for (let step = 0; step < 1 + dice.below(4); step++)
    after.splice(dice.below(after.length + 1), dice.below(3), ...Array.from({ length: dice.below(3) }, line))
  const end = () => (dice.chance(0.8) ? '\n' : '')
  return [before.join('\n') + end(), after.join('\n') + end()]
}
