import '../styles/key-table.css'
import { altKey, controlKey, isMac, shiftKey } from '../keys.ts'

/** One way to do it is a list of keys pressed together; some things have two ways. */
type Keys = readonly string[]

interface KeyRow {
  readonly action: string
  readonly ways: readonly Keys[]
}

interface KeyGroup {
  readonly name: string
  readonly rows: readonly KeyRow[]
}

const key = (action: string, ...ways: readonly Keys[]): KeyRow => ({ action, ways })

const columns: readonly (readonly KeyGroup[])[] = [
  [
    {
      name: 'Everywhere',
      rows: [
        key('Next, previous region', ['F6'], [shiftKey, 'F6']),
        key('This help', ['?'], [controlKey, '/']),
      ],
    },
    {
      name: 'Documents',
      rows: [
        key('Search titles', ['/']),
        key('New document', ['N']),
        key('Next, previous row', ['↓'], ['↑']),
        key('Open', ['Enter']),
        key('Open in a new tab', [controlKey, 'Enter']),
        key('Rename', ['F2']),
        key('Move to trash', ['Del']),
      ],
    },
  ],
  [
    {
      name: 'Format',
      rows: [
        key('Bold, italic', [controlKey, 'B'], [controlKey, 'I']),
        key('Strike', [controlKey, shiftKey, 'X']),
        key('Code', [controlKey, 'E']),
        key('Link', [controlKey, 'K']),
        key('Heading 1 to 6', [controlKey, altKey, '1…6']),
        key('Numbered, bullet, task list', [controlKey, shiftKey, '7 8 9']),
        key('Tick a task', [controlKey, 'Enter']),
      ],
    },
    {
      name: 'Edit',
      rows: [
        key('Undo, redo your own edits', [controlKey, 'Z'], [controlKey, shiftKey, 'Z']),
        key('Find, replace', [controlKey, 'F'], ...(isMac ? [] : [[controlKey, 'H']])),
        key('Select next match', [controlKey, 'D']),
        key('Move line', [altKey, '↑'], [altKey, '↓']),
        key('Copy line', [shiftKey, altKey, '↑'], [shiftKey, altKey, '↓']),
        key('Delete line', [controlKey, shiftKey, 'K']),
        key('Indent, outdent', ['Tab'], [shiftKey, 'Tab']),
      ],
    },
  ],
  [
    {
      name: 'The document',
      rows: [
        key('What is saved', [controlKey, 'S']),
        key('Rename', ['F2']),
        key('To the toolbar', [altKey, 'F9']),
        key('From the toolbar to the text', ['Esc']),
      ],
    },
    {
      name: 'Leave the text',
      rows: [key('Let Tab move the focus', ['Esc', 'then Tab'])],
    },
  ],
]

export function KeyTable() {
  return (
    <>
      <div className="key-columns">
        {columns.map((groups) => (
          <div key={groups[0]?.name}>
            {groups.map((group) => (
              <section key={group.name} className="key-group">
                <h3>{group.name}</h3>
                <dl>
                  {group.rows.map((row) => (
                    <div key={row.action}>
                      <dt>{row.action}</dt>
                      <dd>
                        {row.ways.map((keys, index) => (
                          <span key={keys.join()}>
                            {index > 0 && ' or '}
                            {keys.map((name) => (
                              <kbd key={name} className="kbd">
                                {name}
                              </kbd>
                            ))}
                          </span>
                        ))}
                      </dd>
                    </div>
                  ))}
                </dl>
              </section>
            ))}
          </div>
        ))}
      </div>
      <p className="key-note">Single letters work outside text only.</p>
    </>
  )
}
