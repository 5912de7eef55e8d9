import { Dialog } from '@base-ui/react/dialog'
import { lazy, Suspense } from 'react'
import { useIdentity } from '../../identity.ts'
import { DialogPanel } from '../controls/dialog-panel.tsx'
import { showToast } from '../toasts.tsx'

/** Opens from any menu: `identityDialog.open(null)`. */
export const identityDialog = Dialog.createHandle()

const IdentityForm = lazy(() =>
  import('./identity-form.tsx').then((module) => ({ default: module.IdentityForm })),
)

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
        <Suspense>
          <IdentityForm identity={identity} submitLabel="Use this name" takesFocus onSaved={onSaved} />
        </Suspense>
      </DialogPanel>
    </Dialog.Root>
  )
}
