/** What is told of the text beside it: people, your place, the formats there. Follows the view at its own pace. */
import type { EditorView } from '@codemirror/view'
import { activeCommands, type CommandName } from './commands.ts'
import { cell, type Observable } from './observable.ts'
import type { OwnActivity } from './own-activity.ts'
import type { Pace } from './pace.ts'
import { listPeople, type Person } from './people.ts'
import { type Position, positionOf } from './position.ts'
import type { Presence } from './presence.ts'
import { remoteCarets } from './remote-carets.ts'
import type { Timers } from './timers.ts'

export interface Surroundings {
  readonly people: Observable<readonly Person[]>
  readonly position: Observable<Position>
  readonly active: Observable<readonly CommandName[]>
  /** Somebody came, went, moved, wrote. */
  peopleChanged(): void
  /** Your caret or the text changed. */
  placeChanged(): void
}

const placeMs = 80
const peopleMs = 200
/** “Writing” fades into “here” and that into “away” without an event. */
const ageMs = 5_000

export function followSurroundings(options: {
  readonly view: EditorView
  readonly presence: Presence
  readonly activity: OwnActivity
  readonly markdown: boolean
  readonly pace: Pace
  readonly timers: Timers
}): Surroundings {
  const { view, presence, activity, markdown, pace, timers } = options

  const peopleNow = () => {
    const { doc, selection } = view.state
    const lineOf = (at: number) => doc.lineAt(Math.min(at, doc.length)).number
    return listPeople(
      presence.peers.values(),
      {
        ...activity.now(),
        ...presence.user,
        stamped: presence.self,
        line: activity.visited ? lineOf(selection.main.head) : null,
      },
      view.state.field(remoteCarets),
      lineOf,
      timers.now(),
    )
  }
  const people = cell(peopleNow())
  const position = cell(positionOf(view.state))
  const active = cell<readonly CommandName[]>([])
  const refreshPeople = () => people.set(peopleNow())
  pace.every(ageMs, refreshPeople)

  return {
    people,
    position,
    active,
    peopleChanged: pace.gathered(peopleMs, refreshPeople),
    placeChanged: pace.gathered(placeMs, () => {
      position.set(positionOf(view.state))
      if (markdown) active.set(activeCommands(view.state))
    }),
  }
}
