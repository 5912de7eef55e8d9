import { Menu } from '@base-ui/react/menu'
import type { Editor, Person } from '@weft/editor'
import { ChevronDown } from 'lucide-react'
import { useObservable } from '../../observable.ts'
import { MenuPanel } from '../controls/dropdown-menu.tsx'
import { Avatar } from '../identity/avatar.tsx'
import { identityDialog } from '../identity/identity-dialog.tsx'

const shownAtOnce = 4

/** Who else is here. A press on a face jumps to where they are; the menu has everybody, you too. */
export function People({ editor }: { readonly editor: Editor }) {
  const people = useObservable(editor.people)
  const others = people.filter((person) => !person.you)
  const jump = (person: Person) => editor.jumpTo(person.key)
  return (
    <div className="people">
      <span className="stack">
        {others.slice(0, shownAtOnce).map((person) => (
          <Face key={person.key} person={person} onJump={jump} />
        ))}
        {others.length > shownAtOnce && <span className="stack-more">+{others.length - shownAtOnce}</span>}
      </span>
      <Menu.Root>
        <Menu.Trigger
          className="people-menu"
          aria-label={people.length === 1 ? '1 person here' : `${people.length} people here`}
        >
          {others.length === 0 && people.map((you) => <PersonAvatar key={you.key} person={you} />)}
          <ChevronDown className="i i-s" />
        </Menu.Trigger>
        <MenuPanel>
          <Menu.Group>
            <Menu.GroupLabel className="menu-label">In this document</Menu.GroupLabel>
            {people.map((person) => (
              <PersonItem key={person.key} person={person} onJump={jump} />
            ))}
          </Menu.Group>
        </MenuPanel>
      </Menu.Root>
    </div>
  )
}

interface PersonProps {
  readonly person: Person
  readonly onJump: (person: Person) => void
}

function Face({ person, onJump }: PersonProps) {
  const label = `${person.name}, ${placeOf(person)}`
  if (person.line === null)
    return (
      <span className="face" role="img" aria-label={label} title={label}>
        <PersonAvatar person={person} />
      </span>
    )
  return (
    <button
      type="button"
      className="face"
      aria-label={`${label}. Go there`}
      title={label}
      onClick={() => onJump(person)}
    >
      <PersonAvatar person={person} />
    </button>
  )
}

function PersonItem({ person, onJump }: PersonProps) {
  return (
    <Menu.Item
      className="menu-item"
      disabled={!person.you && person.line === null}
      onClick={() => (person.you ? identityDialog.open(null) : onJump(person))}
    >
      <PersonAvatar person={person} size="s" />
      <bdi className="trunc">{person.name}</bdi>
      <span className="end">{person.you ? 'You, change' : placeOf(person)}</span>
    </Menu.Item>
  )
}

function PersonAvatar({ person, size = 'm' }: { readonly person: Person; readonly size?: 's' | 'm' }) {
  const { name, dye, kind, activity } = person
  return <Avatar name={name} dye={dye} kind={kind} activity={activity} size={size} />
}

const activities = { writing: 'writing', here: 'here', away: 'away' } as const

function placeOf(person: Person): string {
  return person.line === null
    ? activities[person.activity]
    : `${activities[person.activity]}, line ${person.line}`
}
