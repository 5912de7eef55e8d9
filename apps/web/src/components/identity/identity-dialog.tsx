import { Dialog } from '@base-ui/react/dialog'
import { useIdentity } from '../../identity.ts'
import { DialogPanel } from '../controls/dialog-panel.tsx'
import { showToast } from '../toasts.tsx'
import { IdentityForm } from './identity-form.tsx'

/** Opens from any menu: `identityDialog.open(null)`. */
export const identityDialog = Dialog.createHandle()

export function IdentityDialog() {
  const identity = useIdentity()
  const onSaved = () => {
    identityDialog.close()
    showToast('Your name and colour are stored.')
  }
  return (
    <Dialog.Root handle={identityDialog}>
      <DialogPanel title="Name and colour">
        <Dialog.Description className="dialog-text">
          Others see this name next to what you write.
        </Dialog.Description>
        <IdentityForm identity={identity} submitLabel="Store" onSaved={onSaved} />
      </DialogPanel>
    </Dialog.Root>
  )
}
