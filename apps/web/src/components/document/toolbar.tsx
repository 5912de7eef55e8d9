import { Toolbar } from '@base-ui/react/toolbar'
import type { CommandName, Editor } from '@weft/editor'
import type { DocumentKind } from '@weft/protocol'
import {
  Bold,
  Code,
  Heading,
  Italic,
  Link,
  List,
  ListOrdered,
  ListTodo,
  type LucideIcon,
  Redo2,
  Search,
  Strikethrough,
  TextQuote,
  Undo2,
} from 'lucide-react'
import { Fragment, useRef } from 'react'
import { altKey, controlKey, shiftKey, usePageKeys } from '../../keys.ts'
import { useObservable } from '../../observable.ts'

interface Tool {
  readonly command: CommandName
  readonly icon: LucideIcon
  readonly name: string
  readonly keys?: string
}

const history: readonly Tool[] = [
  { command: 'undo', icon: Undo2, name: 'Undo your last edit', keys: `${controlKey}+Z` },
  { command: 'redo', icon: Redo2, name: 'Redo', keys: `${controlKey}+${shiftKey}+Z` },
]
const formats: readonly (readonly Tool[])[] = [
  [
    { command: 'bold', icon: Bold, name: 'Bold', keys: `${controlKey}+B` },
    { command: 'italic', icon: Italic, name: 'Italic', keys: `${controlKey}+I` },
    { command: 'strike', icon: Strikethrough, name: 'Strike', keys: `${controlKey}+${shiftKey}+X` },
  ],
  [
    { command: 'heading', icon: Heading, name: 'Heading', keys: `${controlKey}+${altKey}+1` },
    { command: 'code', icon: Code, name: 'Code', keys: `${controlKey}+E` },
    { command: 'quote', icon: TextQuote, name: 'Quote' },
    { command: 'bullets', icon: List, name: 'Bullet list', keys: `${controlKey}+${shiftKey}+8` },
    { command: 'numbers', icon: ListOrdered, name: 'Numbered list', keys: `${controlKey}+${shiftKey}+7` },
    { command: 'tasks', icon: ListTodo, name: 'Task list', keys: `${controlKey}+${shiftKey}+9` },
  ],
  [{ command: 'link', icon: Link, name: 'Link', keys: `${controlKey}+K` }],
]
const find: Tool = { command: 'find', icon: Search, name: 'Find and replace', keys: `${controlKey}+F` }

interface EditorToolbarProps {
  readonly editor: Editor
  readonly kind: DocumentKind
}

/** One tab stop, arrows inside, Escape back to the text. What is pressed is what holds at the caret. */
export function EditorToolbar({ editor, kind }: EditorToolbarProps) {
  const bar = useRef<HTMLDivElement>(null)
  usePageKeys((event) => {
    if (event.key !== 'F9' || !event.altKey) return
    event.preventDefault()
    bar.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus()
  })
  const groups = kind === 'markdown' ? [history, ...formats] : [history]
  return (
    <Toolbar.Root
      ref={bar}
      className="toolbar"
      aria-label={kind === 'markdown' ? 'Formatting' : 'Tools'}
      data-region
      onKeyDown={(event) => {
        if (event.key === 'Escape') editor.focus()
      }}
    >
      {groups.map((tools, index) => (
        <Fragment key={tools[0]?.command}>
          {index > 0 && <Toolbar.Separator className="vsep" />}
          {tools.map((tool) => (
            <ToolButton key={tool.command} editor={editor} tool={tool} />
          ))}
        </Fragment>
      ))}
      <span className="grow" />
      <ToolButton editor={editor} tool={find} />
    </Toolbar.Root>
  )
}

function ToolButton({ editor, tool }: { readonly editor: Editor; readonly tool: Tool }) {
  const active = useObservable(editor.active)
  const { command, icon: Icon, name, keys } = tool
  const toggles = command !== 'undo' && command !== 'redo' && command !== 'find' && command !== 'link'
  return (
    <Toolbar.Button
      className="icon-btn"
      aria-label={name}
      title={keys === undefined ? name : `${name} (${keys})`}
      aria-pressed={toggles ? active.includes(command) : undefined}
      // The caret, and on phones the keyboard, stay where they are.
      onPointerDown={(event) => event.preventDefault()}
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => editor.run(command)}
    >
      <Icon className="i" />
    </Toolbar.Button>
  )
}
