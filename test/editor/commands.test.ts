import { EditorSelection, EditorState, type StateCommand } from '@codemirror/state'
import { describe, expect, test } from 'vitest'
import { activeCommands, insertLink, toggleCode } from '../../packages/editor/src/commands.ts'
import { inlineMarks, toggleInline } from '../../packages/editor/src/inline-marks.ts'
import {
  cycleHeading,
  tickTask,
  toggleHeading,
  toggleList,
  toggleQuote,
} from '../../packages/editor/src/line-marks.ts'
import { markdownSupport } from '../../packages/editor/src/markdown.ts'

/** A text in which `|` is the caret, or `‹` and `›` hold the selection. */
function stateOf(marked: string, readOnly = false): EditorState {
  const from = marked.indexOf('‹')
  const caret = marked.indexOf('|')
  const doc = marked.replaceAll(/[‹›|]/g, '')
  const selection =
    from >= 0
      ? EditorSelection.range(from, marked.indexOf('›') - 1)
      : EditorSelection.cursor(Math.max(0, caret))
  return EditorState.create({
    doc,
    selection: EditorSelection.single(selection.anchor, selection.head),
    extensions: [markdownSupport(), EditorState.readOnly.of(readOnly)],
  })
}

function marked(state: EditorState): string {
  const { from, to, empty } = state.selection.main
  const text = state.doc.toString()
  if (empty) return `${text.slice(0, from)}|${text.slice(from)}`
  return `${text.slice(0, from)}‹${text.slice(from, to)}›${text.slice(to)}`
}

function run(command: StateCommand, before: EditorState): EditorState {
  let state = before
  command({
    state,
    dispatch(transaction) {
      state = transaction.state
    },
  })
  return state
}

const after = (command: StateCommand, before: string) => marked(run(command, stateOf(before)))

const bold = toggleInline(inlineMarks.bold)

describe('bold, italic, strike and code', () => {
  test.each([
    ['a selection', 'one ‹two› three', 'one **‹two›** three'],
    ['a selection, not the blanks at its ends', 'one‹ two ›three', 'one‹ **two** ›three'],
    ['the word at the caret', 'one tw|o', 'one **tw|o**'],
    ['nothing, with the caret between the marks', 'one | two', 'one **|** two'],
    ['each line of several, behind its marks', '‹- one\n- two›', '‹- **one**\n- **two›**'],
    ['words that were partly bold already', '‹one **two** three›', '**‹one two three›**'],
  ])('bold goes around %s', (_what, before, expected) => {
    expect(after(bold, before)).toBe(expected)
  })

  test.each([
    ['inside', 'one **tw|o** three', 'one tw|o three'],
    ['with all of it selected', 'one **‹two›** three', 'one ‹two› three'],
    ['with its marks selected', 'one ‹**two**› three', 'one ‹two› three'],
    ['with blanks selected too', 'one‹ **two** ›three', 'one‹ two ›three'],
    ['every line', '‹- **one**\n- **two**›', '‹- one\n- two›'],
    ['between fresh marks', 'one **|** two', 'one | two'],
  ])('bold comes off %s', (_where, before, expected) => {
    expect(after(bold, before)).toBe(expected)
  })

  test('the kinds do not disturb each other', () => {
    expect(after(toggleInline(inlineMarks.italic), '**one ‹two›**')).toBe('**one *‹two›***')
    expect(after(toggleInline(inlineMarks.strike), 'a ‹b› c')).toBe('a ~~‹b›~~ c')
    expect(after(bold, '*one ‹two›*')).toBe('*one **‹two›***')
  })

  test('code is inline in a line, a block around lines, and comes off both', () => {
    expect(after(toggleCode, 'run ‹x› now')).toBe('run `‹x›` now')
    expect(after(toggleCode, 'run `‹x›` now')).toBe('run ‹x› now')
    expect(after(toggleCode, '‹one\ntwo›')).toBe('```\n‹one\ntwo›\n```')
    expect(after(toggleCode, '```\none|\ntwo\n```')).toBe('one|\ntwo')
  })

  test('every selection is changed, not only the main one', () => {
    const state = EditorState.create({
      doc: 'one two',
      selection: EditorSelection.create([EditorSelection.range(0, 3), EditorSelection.range(4, 7)]),
      extensions: [markdownSupport(), EditorState.allowMultipleSelections.of(true)],
    })
    expect(run(bold, state).doc.toString()).toBe('**one** **two**')
  })
})

describe('headings', () => {
  test('the button goes through three levels and off', () => {
    expect(after(cycleHeading, 'ti|tle')).toBe('# ti|tle')
    expect(after(cycleHeading, '# ti|tle')).toBe('## ti|tle')
    expect(after(cycleHeading, '### ti|tle')).toBe('ti|tle')
  })

  test('a key sets its level, and takes it off again', () => {
    expect(after(toggleHeading(4), '# ti|tle')).toBe('#### ti|tle')
    expect(after(toggleHeading(4), '#### ti|tle')).toBe('ti|tle')
    expect(after(toggleHeading(2), '> ti|tle')).toBe('> ## ti|tle')
  })

  test('the caret of an empty line ends up behind the mark', () => {
    expect(after(cycleHeading, '|')).toBe('# |')
  })
})

describe('quotes and lists', () => {
  test('a quote goes on all lines and off them', () => {
    expect(after(toggleQuote, '‹one\ntwo›')).toBe('> ‹one\n> two›')
    expect(after(toggleQuote, '‹> one\n> two›')).toBe('‹one\ntwo›')
    expect(after(toggleQuote, '‹> one\ntwo›')).toBe('> ‹> one\n> two›')
  })

  test.each([
    ['bullets', '‹one\ntwo›', '- ‹one\n- two›'],
    ['numbers', '‹one\ntwo›', '1. ‹one\n2. two›'],
    ['tasks', 'on|e', '- [ ] on|e'],
    ['numbers', '‹- one\n- two›', '‹1. one\n2. two›'],
    ['bullets', '- [x] on|e', '- on|e'],
    ['bullets', '- on|e', 'on|e'],
    ['tasks', '> - on|e', '> - [ ] on|e'],
    ['bullets', '  on|e', '  - on|e'],
    ['bullets', '|', '- |'],
  ] as const)('%s turn %j into %j', (kind, before, expected) => {
    expect(after(toggleList(kind), before)).toBe(expected)
  })

  test('blank lines between stay blank', () => {
    expect(after(toggleList('bullets'), '‹one\n\ntwo›')).toBe('- ‹one\n\n- two›')
  })

  test('a task is ticked and unticked, other lines are left', () => {
    expect(after(tickTask, '- [ ] on|e')).toBe('- [x] on|e')
    expect(after(tickTask, '‹- [x] one\ntwo›')).toBe('‹- [ ] one\ntwo›')
    expect(after(tickTask, 'on|e')).toBe('on|e')
  })
})

test('a link keeps the text and selects what is missing', () => {
  expect(after(insertLink, 'see ‹this› now')).toBe('see [this](‹url›) now')
  expect(after(insertLink, 'see | now')).toBe('see [|](url) now')
  expect(after(insertLink, '‹https://example.org/a›')).toBe('[|](https://example.org/a)')
})

describe('the pressed formats', () => {
  test.each([
    ['on|e', []],
    ['**on|e**', ['bold']],
    ['**one *tw|o***', ['bold', 'italic']],
    ['`on|e`', ['code']],
    ['# ~~on|e~~', ['strike', 'heading']],
    ['> - [ ] on|e', ['quote', 'tasks']],
    ['1. on|e', ['numbers']],
    ['```\n# on|e\n```', ['code']],
  ])('at %j are %j', (before, expected) => {
    expect(activeCommands(stateOf(before))).toEqual(expected)
  })
})

test('a read-only document has no formats to toggle', () => {
  const state = stateOf('one ‹two›', true)
  for (const command of [bold, toggleCode, cycleHeading, toggleQuote, toggleList('tasks'), insertLink])
    expect(command({ state, dispatch: () => expect.unreachable('it changed the text') })).toBe(false)
})

test('front matter is no heading, and its keys are not bold', () => {
  const state = stateOf('---\ntitle: On|e\n---\n\n# Two')
  expect(activeCommands(state)).toEqual([])
  expect(after(bold, '---\ntitle: x\n---\n\n‹y›')).toBe('---\ntitle: x\n---\n\n**‹y›**')
})
