import { limits } from '@weft/protocol'
import { type KeyboardEvent, useRef } from 'react'

interface TitleFieldProps {
  readonly title: string
  /** The new title, or `null`: nothing changes. Called once. */
  readonly onDone: (title: string | null) => void
  readonly className?: string
}

/** A title being changed in place: Enter or leaving keeps it, Escape does not. */
export function TitleField({ title, onDone, className = '' }: TitleFieldProps) {
  const done = useRef(false)
  // Somebody else may rename it meanwhile: who changes nothing must not change it back.
  const before = useRef(title).current
  const finish = (text: string | null) => {
    if (done.current) return
    done.current = true
    const next = text?.trim() ?? ''
    onDone(next === '' || next === before ? null : next)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing || (event.key !== 'Enter' && event.key !== 'Escape')) return
    // The focus moves on now: a key that went on to there would replace what is selected in it.
    event.preventDefault()
    finish(event.key === 'Enter' ? event.currentTarget.value : null)
  }
  return (
    <input
      className={`title-field ${className}`}
      aria-label="Title"
      defaultValue={before}
      maxLength={limits.titleLength}
      autoComplete="off"
      ref={focusAndSelect}
      onKeyDown={onKeyDown}
      onBlur={(event) => finish(event.currentTarget.value)}
    />
  )
}

function focusAndSelect(field: HTMLInputElement | null): void {
  field?.focus()
  field?.select()
}
