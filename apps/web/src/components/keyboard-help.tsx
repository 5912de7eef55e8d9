import { Dialog } from '@base-ui/react/dialog'
import { lazy, Suspense } from 'react'
import { isPlainKey, usePageKeys, withControl } from '../keys.ts'
import { DialogPanel } from './controls/dialog-panel.tsx'

/** Opens from any menu: `keyboardHelp.open(null)`. */
export const keyboardHelp = Dialog.createHandle()

const KeyTable = lazy(() => import('./key-table.tsx').then((module) => ({ default: module.KeyTable })))

/** `?` outside text, Ctrl+/ wherever the text has no use for it. */
export function KeyboardHelp() {
  usePageKeys((event) => {
    const asked = (event.key === '?' && isPlainKey(event)) || (event.key === '/' && withControl(event))
    if (!asked) return
    event.preventDefault()
    keyboardHelp.open(null)
  })
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
