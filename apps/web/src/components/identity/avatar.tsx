import type { Person } from '@weft/editor'
import { SquareTerminal } from 'lucide-react'

interface AvatarProps {
  readonly name: string
  readonly dye: number
  readonly kind?: Person['kind']
  readonly activity?: Person['activity']
  readonly size?: 's' | 'm' | 'l'
}

/** A first letter in a circle. Its name is said beside it or by the control it is in. */
export function Avatar({ name, dye, kind = 'user', activity = 'here', size = 'm' }: AvatarProps) {
  const isProgram = kind === 'token'
  return (
    <span className={`who dye-${dye} ${activity} ${size} ${isProgram ? 'program' : kind}`} aria-hidden="true">
      {isProgram ? <SquareTerminal className="i" /> : initialOf(name)}
    </span>
  )
}

/** The first letter as a reader sees it, never half of one. */
export function initialOf(name: string): string {
  const [first] = new Intl.Segmenter().segment(name.trim())
  return first?.segment.toLocaleUpperCase() ?? '?'
}
