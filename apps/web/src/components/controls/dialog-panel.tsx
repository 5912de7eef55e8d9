/** Our look on Base UI's dialog: the focus goes in, stays, and returns to the opener. */
import { Dialog } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import type { ReactNode, RefObject } from 'react'

interface DialogPanelProps {
  readonly title: ReactNode
  readonly children: ReactNode
  /** `drawer` comes up from the bottom; `sheet` is a wide dialog that fills a phone. */
  readonly shape?: 'dialog' | 'drawer' | 'sheet'
  /** Left out: the first control. */
  readonly initialFocus?: RefObject<HTMLElement | null>
}

/** Goes inside a `Dialog.Root`. */
export function DialogPanel({ title, children, shape = 'dialog', initialFocus }: DialogPanelProps) {
  return (
    <Dialog.Portal>
      <Dialog.Backdrop className="scrim" />
      <Dialog.Popup className={shapes[shape]} initialFocus={initialFocus}>
        <Dialog.Title className="dialog-title">{title}</Dialog.Title>
        {children}
        {/* Last, so that the focus starts at what the dialog is for. */}
        <Dialog.Close className="icon-btn dialog-close" aria-label="Close">
          <X className="i" />
        </Dialog.Close>
      </Dialog.Popup>
    </Dialog.Portal>
  )
}

const shapes = { dialog: 'dialog', drawer: 'dialog drawer', sheet: 'dialog dialog-sheet' } as const
