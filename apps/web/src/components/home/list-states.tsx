import { reasonOf } from '../../reasons.ts'
import { clockTime } from '../../times.ts'

export function ListSkeleton() {
  return (
    <>
      <p className="visually-hidden" role="status">
        Loading the list
      </p>
      <ul className="skeleton" aria-hidden="true">
        {Array.from({ length: 8 }, (_, index) => (
          <li key={index} />
        ))}
      </ul>
    </>
  )
}

interface ListFailureProps {
  readonly error: unknown
  readonly isRetrying: boolean
  readonly onRetry: () => void
}

/** A list that did not load is never shown as an empty one. */
export function ListFailure({ error, isRetrying, onRetry }: ListFailureProps) {
  return (
    <div className="list-message" role="alert">
      <h2>The list did not load</h2>
      <p>{reasonOf(error)} Your documents are where they were.</p>
      <button type="button" className="btn" aria-busy={isRetrying} onClick={onRetry}>
        {isRetrying && <span className="shuttle" aria-hidden="true" />}
        Try again
      </button>
    </div>
  )
}

interface StaleNoteProps {
  readonly loadedAt: number
  readonly onReload: () => void
}

export function StaleNote({ loadedAt, onReload }: StaleNoteProps) {
  return (
    <p className="list-note" role="status">
      List from <span className="num">{clockTime(new Date(loadedAt))}</span>.{' '}
      <button type="button" className="link" onClick={onReload}>
        Reload
      </button>
    </p>
  )
}

interface ShowMoreProps {
  readonly isLoading: boolean
  readonly failed: boolean
  readonly onMore: () => void
}

export function ShowMore({ isLoading, failed, onMore }: ShowMoreProps) {
  return (
    <p className="list-more">
      {failed && <span className="list-note">The next documents did not load. </span>}
      <button type="button" className="btn" aria-busy={isLoading} onClick={onMore}>
        {isLoading && <span className="shuttle" aria-hidden="true" />}
        {failed ? 'Try again' : 'Show more'}
      </button>
    </p>
  )
}
