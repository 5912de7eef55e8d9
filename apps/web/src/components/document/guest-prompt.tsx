import { Dialog } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import { useState } from 'react'
import { useIdentity, useKeepSuggestion } from '../../identity.ts'
import { IdentityForm } from '../identity/identity-form.tsx'

/** Asks once who is here. It blocks nothing: going on to write keeps the suggested name. */
export function GuestPrompt({ onDone }: { readonly onDone: () => void }) {
  const identity = useIdentity()
  const keepSuggestion = useKeepSuggestion()
  const [closed, setClosed] = useState(false)
  const dismiss = (open: boolean) => {
    if (open) return
    keepSuggestion()
    setClosed(true)
  }
  return (
    <Dialog.Root
      open={identity.unasked && !closed}
      modal={false}
      onOpenChange={dismiss}
      onOpenChangeComplete={(open) => open || onDone()}
    >
      <Dialog.Portal>
        <Dialog.Popup
          className="guest-prompt"
          data-quiet=""
          initialFocus={isNobodyWriting}
          finalFocus={false}
        >
          <Dialog.Title className="dialog-title">Who shall we say is here?</Dialog.Title>
          <Dialog.Description className="dialog-text">
            Others see this name next to what you write. You can change it later.
          </Dialog.Description>
          <IdentityForm identity={identity} submitLabel="Start writing" onSaved={() => setClosed(true)} />
          <Dialog.Close className="icon-btn dialog-close" aria-label="Later" title="Later">
            <X className="i" />
          </Dialog.Close>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

/** The prompt comes when the server has answered; whoever is writing by then goes on writing. */
function isNobodyWriting(): boolean {
  return document.activeElement === document.body
}
