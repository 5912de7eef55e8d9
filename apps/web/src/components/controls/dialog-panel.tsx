/** Our look on Base UI's dialog: the focus goes in, stays, and returns to the opener. */
import { Dialog } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'

interface DialogPanelProps {
  readonly title: ReactNode
  readonly children: ReactNode
  /** `drawer` comes up from the bottom; `sheet` is a wide dialog that fills a phone. */
  readonly shape?: 'dialog' | 'drawer' | 'sheet'
}

/** Goes inside a `Dialog.Root`. */
export function DialogPanel({ title, children, shape = 'dialog' }: DialogPanelProps) {
  return (
    <Dialog.Portal>
      <Dialog.Backdrop className="scrim" />
      <Dialog.Popup className={shapes[shape]}>
        <div className="dialog-head">
          <Dialog.Title className="dialog-title grow">{title}</Dialog.Title>
          <Dialog.Close className="icon-btn" aria-label="Close">
            <X className="i" />
          </Dialog.Close>
        </div>
        {children}
      </Dialog.Popup>
    </Dialog.Portal>
  )
}

const shapes = { dialog: 'dialog', drawer: 'dialog drawer', sheet: 'dialog dialog-sheet' } as const
