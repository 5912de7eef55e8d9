import { filledTemplate } from '@weft/document'
import { describe, expect, it } from 'vitest'

const values = { date: '2026-11-21', title: 'Retro {{name}}', name: 'Ada' }

describe('a template', () => {
  it.each([
    ['# {{title}}\n\n{{date}}, {{ name }}: ', '# Retro {{name}}\n\n2026-11-21, Ada: '],
    ['{{name}}{{name}}', 'AdaAda'],
    ['{{names}} {{ }} {{NAME}} {name} {{name} }', '{{names}} {{ }} {{NAME}} {name} {{name} }'],
    ['{{{name}}}', '{Ada}'],
    ['', ''],
  ])('%j becomes %j', (text, filled) => {
    expect(filledTemplate(text, values)).toBe(filled)
  })

  it('is filled in a thousand places and no more', () => {
    const filled = filledTemplate('{{name}}'.repeat(1_001), values)
    expect(filled).toBe(`${'Ada'.repeat(1_000)}{{name}}`)
  })
})
