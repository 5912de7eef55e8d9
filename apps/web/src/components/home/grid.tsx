/**
 * Rows and cells for assistive technology without a table: the rows lie differently at every width. What is in a cell
 * takes the focus, not the cell.
 */
import type { ComponentProps } from 'react'

type DivProps = Omit<ComponentProps<'div'>, 'role'>

export function Grid(props: DivProps) {
  // biome-ignore lint/a11y/useSemanticElements: see above
  return <div role="grid" {...props} />
}

export function Row(props: DivProps) {
  // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: see above
  return <div role="row" {...props} />
}

export function Cell(props: DivProps) {
  // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: see above
  return <div role="gridcell" {...props} />
}
