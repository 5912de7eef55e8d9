import type { DocumentResource } from '@weft/protocol'
import { type KeyboardEvent, type ReactNode, useId, useState } from 'react'
import { useNow } from '../../now.ts'
import { groupName } from '../../times.ts'
import { Grid } from './grid.tsx'

interface DocumentGroupsProps {
  readonly documents: readonly DocumentResource[]
  readonly dateOf: (document: DocumentResource) => string
  /** `tabIndex` is 0 in one row and -1 in the others: the whole list is one tab stop, arrows move inside it. */
  readonly row: (document: DocumentResource, tabIndex: 0 | -1) => ReactNode
  /** The pointer or the focus came into the list, or left it. */
  readonly onBusy?: (busy: boolean) => void
}

/** Documents by day, this week and month, walked with the arrow keys. */
export function DocumentGroups({ documents, dateOf, row, onBusy }: DocumentGroupsProps) {
  const now = useNow()
  const [focusedId, setFocusedId] = useState<string | null>(null)
  const stopId = documents.some((document) => document.id === focusedId) ? focusedId : documents[0]?.id
  const groups = Map.groupBy(documents, (document) => groupName(new Date(dateOf(document)), now))
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the grids inside have the roles; this only hears their events
    <div
      onKeyDown={walkRows}
      onFocus={(event) => {
        setFocusedId(event.target.closest<HTMLElement>('[data-document]')?.dataset.document ?? null)
        onBusy?.(true)
      }}
      onBlur={() => onBusy?.(false)}
      onPointerEnter={() => onBusy?.(true)}
      onPointerLeave={() => onBusy?.(false)}
    >
      {[...groups].map(([name, members]) => (
        <Group key={name} name={name}>
          {members.map((document) => row(document, document.id === stopId ? 0 : -1))}
        </Group>
      ))}
    </div>
  )
}

function Group({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  const id = useId()
  return (
    <section className="group">
      <h2 id={id}>{name}</h2>
      <Grid aria-labelledby={id}>{children}</Grid>
    </section>
  )
}

/** Focuses the first row of the list on the page. */
export function focusFirstRow(): void {
  document.querySelector<HTMLElement>('[data-row-focus]')?.focus()
}

const steps: Partial<Record<string, (here: number, count: number) => number>> = {
  ArrowDown: (here, count) => Math.min(here + 1, count - 1),
  ArrowUp: (here) => Math.max(here - 1, 0),
  Home: () => 0,
  End: (_here, count) => count - 1,
}

function walkRows(event: KeyboardEvent<HTMLElement>): void {
  const step = steps[event.key]
  const target = event.target
  if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return
  if (!(target instanceof HTMLElement) || target instanceof HTMLInputElement) return
  if (!event.currentTarget.contains(target)) return
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-row-focus]')]
  const here = rows.findIndex((row) => row.closest('[data-document]')?.contains(target))
  if (here === -1) return
  event.preventDefault()
  rows[step(here, rows.length)]?.focus()
}
