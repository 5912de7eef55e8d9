import { Dialog } from '@base-ui/react/dialog'
import { lazy, Suspense, useEffect } from 'react'
import { isPlainKey, usePageKeys, withControl } from '../keys.ts'
import { DialogPanel } from './controls/dialog-panel.tsx'

/** Opens from any menu: `keyboardHelp.open(null)`. */
export const keyboardHelp = Dialog.createHandle()

const KeyTable = lazy(() => import('./key-table.tsx').then((module) => ({ default: module.KeyTable })))

/** `?` outside text; Ctrl+/ everywhere but in code, where it comments a line out. */
export function KeyboardHelp() {
  usePageKeys((event) => {
    if (event.key === '?' && isPlainKey(event)) open(event)
  })
  useEffect(() => {
    // Before the text, which would take it for a comment.
    window.addEventListener('keydown', onControlSlash, { capture: true })
    return () => window.removeEventListener('keydown', onControlSlash, { capture: true })
  }, [])
  return (
    <Dialog.Root handle={keyboardHelp}>
      <DialogPanel title="Keyboard" shape="sheet">
        <Suspense>
          <KeyTable />
        </Suspense>
      </DialogPanel>
    </Dialog.Root>
  )
}

function onControlSlash(event: KeyboardEvent): void {
  const inCode = event.target instanceof Element && event.target.closest('[data-kind="code"]') !== null
  if (event.key === '/' && withControl(event) && !inCode) open(event)
}

function open(event: KeyboardEvent): void {
  event.preventDefault()
  event.stopPropagation()
  keyboardHelp.open(null)
}
