/** The editor's look, made of the page's design tokens: whatever theme the page has, this has. */
import type { Extension } from '@codemirror/state'
import { EditorView } from '@codemirror/view'

const gutterWidth = '3.375rem'
/** Whole pixels: browsers round where a view is scrolled to, and each line that others insert would add its fraction. */
const lineHeight = 'round(calc(var(--weft-size) * var(--lead-source)), 1px)'

export const theme: Extension = [
  EditorView.theme({
    '&': {
      height: '100%',
      color: 'var(--ink)',
      backgroundColor: 'var(--paper)',
      outline: 'none !important',
    },
    '.cm-scroller': {
      '--weft-size': 'var(--text-14)',
      '--weft-start': '0rem',
      '--weft-end': '1.75rem',
      font: '400 var(--weft-size)/var(--lead-source) var(--font-mono)',
      fontFeatureSettings: '"calt" 0, "zero"',
      overflowX: 'hidden',
      overscrollBehavior: 'contain',
    },
    // A smaller field would make a phone zoom in on focus.
    '@media (pointer: coarse)': { '.cm-scroller': { '--weft-size': 'var(--text-16)' } },
    '.cm-content': {
      padding: '0.75rem 0 min(40vh, 16rem)',
      caretColor: 'var(--accent)',
      lineHeight,
      overflowWrap: 'anywhere',
    },
    '.cm-line': { padding: '0', paddingInline: 'var(--weft-start) var(--weft-end)' },
    // Only lines that run against the page's direction say theirs: their start is at the other edge.
    '.cm-line[dir]': { '--weft-start': '1.75rem', '--weft-end': '0rem' },
    '.cm-placeholder': { color: 'var(--ink-3)' },
    '.cm-activeLine, .cm-activeLineGutter': {
      backgroundColor: 'color-mix(in oklab, var(--accent) 5%, transparent)',
    },
    '.cm-activeLineGutter': { color: 'var(--ink)' },
    '&.cm-waiting .cm-gutters, &.cm-waiting .cm-cursorLayer': { visibility: 'hidden' },
    '&.cm-waiting .cm-activeLine': { backgroundColor: 'transparent' },
    '&.cm-waiting .cm-content': { cursor: 'progress' },
    '.cm-gutters': {
      backgroundColor: 'transparent',
      color: 'var(--ink-3)',
      border: 'none',
      fontSize: 'var(--text-11)',
      fontVariantNumeric: 'tabular-nums',
    },
    '.cm-lineNumbers .cm-gutterElement': {
      minWidth: gutterWidth,
      padding: '0',
      paddingInlineEnd: '1rem',
      textAlign: 'end',
      lineHeight,
    },
    '@media (max-width: 40rem)': {
      '.cm-scroller': { '--weft-start': '1rem', '--weft-end': '1rem' },
      '.cm-line[dir]': { '--weft-start': '1rem', '--weft-end': '1rem' },
      '.cm-gutters': { display: 'none' },
    },
    '.cm-cursor': { borderInlineStart: '2px solid var(--accent)', marginInlineStart: '-1px' },
    '.cm-dropCursor': { borderInlineStart: '2px solid var(--accent)' },
    '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
      background: 'var(--selection)',
    },
    '.cm-selectionMatch, .cm-searchMatch': { backgroundColor: 'var(--find)' },
    '.cm-searchMatch-selected': { backgroundColor: 'var(--find-current)' },
    '&.cm-focused .cm-matchingBracket, .cm-matchingBracket': {
      backgroundColor: 'transparent',
      boxShadow: 'inset 0 0 0 1px var(--line-control)',
    },
    '&.cm-focused .cm-nonmatchingBracket, .cm-nonmatchingBracket': {
      backgroundColor: 'transparent',
      boxShadow: 'inset 0 -2px 0 var(--danger)',
    },
    '.cm-specialChar': { color: 'var(--danger)' },
    ...hangs(),
  }),
  EditorView.theme({
    '.cm-panels': { backgroundColor: 'var(--canvas)', color: 'var(--ink)' },
    '.cm-panels.cm-panels-top': { borderBlockEnd: '1px solid var(--line)' },
    '.cm-panel.cm-search': {
      display: 'flex',
      flexWrap: 'wrap',
      alignItems: 'center',
      gap: '0.25rem 0.375rem',
      padding: '0.375rem 2.5rem 0.375rem 0.75rem',
      font: 'var(--weight-text) var(--text-13)/var(--lead-ui) var(--font-ui)',
    },
    '.cm-panel.cm-search br': { flexBasis: '100%', content: '""' },
    '.cm-panel.cm-search label': {
      display: 'inline-flex',
      alignItems: 'center',
      gap: '0.25rem',
      fontSize: 'var(--text-13)',
    },
    '.cm-textfield': {
      minHeight: 'var(--control-s)',
      padding: '0 0.5rem',
      border: '1px solid var(--line-control)',
      borderRadius: 'var(--r-2)',
      backgroundColor: 'var(--paper)',
      color: 'var(--ink)',
      font: 'inherit',
    },
    '.cm-button': {
      minHeight: 'var(--control-s)',
      padding: '0 0.625rem',
      border: '1px solid var(--line-strong)',
      borderRadius: 'var(--r-2)',
      background: 'var(--paper)',
      color: 'var(--ink)',
      font: 'inherit',
    },
    '.cm-button:hover': { background: 'var(--hover)' },
    '.cm-button:active': { background: 'var(--pressed)' },
    '.cm-textfield:focus-visible, .cm-button:focus-visible, .cm-panel.cm-search [name=close]:focus-visible': {
      outline: '2px solid var(--accent)',
      outlineOffset: '1px',
    },
    '.cm-panel.cm-search [name=close]': {
      inset: '0.375rem 0.75rem auto auto',
      minWidth: 'var(--target)',
      minHeight: 'var(--target)',
      color: 'var(--ink-2)',
      fontSize: 'var(--text-16)',
    },
    '.cm-tooltip': {
      border: 'none',
      borderRadius: 'var(--r-3)',
      backgroundColor: 'var(--raised)',
      color: 'var(--ink)',
      boxShadow: 'var(--shadow-2)',
    },
    '.cm-tooltip-autocomplete > ul > li[aria-selected]': {
      background: 'var(--accent-soft)',
      color: 'var(--accent-ink)',
    },
  }),
  EditorView.theme({
    '.weft-selection': { backgroundColor: 'var(--dye-tint)', paddingBlock: '0.2em' },
    '.weft-carets': {
      position: 'absolute',
      insetBlockStart: '0',
      left: '0',
      pointerEvents: 'none',
      zIndex: 'var(--z-caret)',
    },
    '.weft-caret': {
      position: 'absolute',
      insetBlockStart: '0',
      left: '-1px',
      width: '2px',
      borderRadius: '1px',
      background: 'var(--dye)',
      forcedColorAdjust: 'none',
    },
    '.weft-caret::before': {
      content: '""',
      position: 'absolute',
      top: '-3px',
      left: '-2px',
      width: '6px',
      height: '6px',
      borderRadius: '50%',
      background: 'var(--dye)',
    },
    '.weft-caret-named::before': { opacity: '0' },
    '.weft-caret-slides': { transition: 'transform var(--t-caret) var(--ease), opacity var(--t-quick)' },
    '.weft-caret-label': {
      position: 'absolute',
      insetBlockStart: '0',
      left: '0',
      maxWidth: '14rem',
      overflow: 'hidden',
      textOverflow: 'ellipsis',
      padding: '0 0.3125rem',
      borderRadius: 'var(--r-1)',
      background: 'var(--dye)',
      color: 'var(--on-dye)',
      font: '620 var(--text-11)/1.0625rem var(--font-ui)',
      whiteSpace: 'nowrap',
      unicodeBidi: 'plaintext',
      opacity: '0',
      transition: 'opacity var(--t-quick)',
      forcedColorAdjust: 'none',
    },
    '.weft-caret-label-shown': { opacity: '1' },
    '.weft-chips': { position: 'absolute', inset: '0', pointerEvents: 'none', zIndex: 'var(--z-pill)' },
    '.weft-chips-above, .weft-chips-below': {
      position: 'absolute',
      insetInlineEnd: '1rem',
      display: 'flex',
      flexWrap: 'wrap',
      justifyContent: 'flex-end',
      gap: '0.375rem',
    },
    '.weft-chips-above': { insetBlockStart: '0.625rem' },
    '.weft-chips-below': { insetBlockEnd: '0.625rem' },
    '.weft-chip': {
      display: 'inline-flex',
      alignItems: 'center',
      gap: '0.375rem',
      minHeight: 'var(--target)',
      padding: '0 0.625rem 0 0.5rem',
      border: 'none',
      borderRadius: 'var(--r-full)',
      background: 'var(--raised)',
      boxShadow: 'var(--shadow-2)',
      color: 'var(--ink-2)',
      font: 'var(--weight-text) var(--text-12)/1 var(--font-ui)',
      whiteSpace: 'nowrap',
    },
    'button.weft-chip': { pointerEvents: 'auto', cursor: 'pointer' },
    '.weft-chip b': {
      maxWidth: '10rem',
      overflow: 'hidden',
      textOverflow: 'ellipsis',
      color: 'var(--dye)',
      fontWeight: 'var(--weight-strong)',
      lineHeight: '1.4',
      unicodeBidi: 'plaintext',
    },
    '.weft-chip i': { color: 'var(--dye)', fontStyle: 'normal' },
  }),
]

/** Wrapped lines hang on what precedes their text. As classes, since a strict content policy forbids style attributes. */
function hangs() {
  return Object.fromEntries(
    Array.from({ length: 24 }, (_, index) => index + 1).map((width) => [
      `.weft-hang-${width}`,
      { textIndent: `-${width}ch`, paddingInlineStart: `calc(var(--weft-start) + ${width}ch)` },
    ]),
  )
}
