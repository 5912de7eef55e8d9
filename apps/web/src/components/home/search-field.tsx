import { Search, X } from 'lucide-react'
import { type KeyboardEvent, useRef, useState } from 'react'
import { useSearchParams } from 'wouter'
import { isPlainKey, usePageKeys } from '../../keys.ts'

const quietMs = 120

/** What to search for, kept in the address, so that Back returns to it. Under two characters it is no search. */
export function useSearchedTitle(): string | undefined {
  const [address] = useSearchParams()
  const title = address.get('q')?.trim() ?? ''
  return [...title].length < 2 ? undefined : title
}

export function SearchField({ onArrowDown }: { readonly onArrowDown: () => void }) {
  const [address, setAddress] = useSearchParams()
  const [draft, setDraft] = useState<string | null>(null)
  const timer = useRef(0)
  const field = useRef<HTMLInputElement>(null)
  const text = draft ?? address.get('q') ?? ''

  usePageKeys((event) => {
    if (event.key !== '/' || !isPlainKey(event)) return
    event.preventDefault()
    field.current?.select()
    field.current?.focus()
  })

  const commit = (query: string) => {
    clearTimeout(timer.current)
    setDraft(null)
    setAddress(query === '' ? {} : { q: query }, { replace: true })
  }
  const onChange = (query: string) => {
    setDraft(query)
    clearTimeout(timer.current)
    timer.current = window.setTimeout(() => commit(query), quietMs)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && text !== '') {
      event.preventDefault()
      commit('')
    }
    if (event.key === 'ArrowDown') {
      event.preventDefault()
      onArrowDown()
    }
  }
  return (
    <search>
      <label className="field">
        <Search className="i" />
        <span className="visually-hidden">Search titles</span>
        <input
          ref={field}
          type="search"
          placeholder="Search titles"
          value={text}
          maxLength={200}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => onChange(event.target.value)}
          onKeyDown={onKeyDown}
        />
        {text === '' ? (
          <span className="kbd" aria-hidden="true">
            /
          </span>
        ) : (
          <button type="button" className="icon-btn" aria-label="Clear the search" onClick={() => commit('')}>
            <X className="i" />
          </button>
        )}
      </label>
    </search>
  )
}
