import { limits } from '@weft/protocol'
import { Shuffle } from 'lucide-react'
import { useState } from 'react'
import { firstField } from '../../first-field.ts'
import { type Identity, suggestName, useSaveIdentity } from '../../identity.ts'
import { reasonOf } from '../../reasons.ts'
import { DyePicker } from './dye-picker.tsx'

interface IdentityFormProps {
  readonly identity: Identity
  readonly submitLabel: string
  readonly takesFocus?: boolean
  readonly onSaved: () => void
}

/** The name and the colour that others see beside what this person writes. */
export function IdentityForm({ identity, submitLabel, takesFocus, onSaved }: IdentityFormProps) {
  const [name, setName] = useState(identity.name)
  const [dye, setDye] = useState(identity.dye)
  const save = useSaveIdentity()
  const isEmpty = name.trim() === ''
  const submit = (event: React.FormEvent) => {
    event.preventDefault()
    if (!isEmpty) save.mutate({ name: name.trim(), dye }, { onSuccess: onSaved })
  }
  return (
    <form className="form" onSubmit={submit} noValidate>
      <label className="form-label">
        Name
        <span className="field" data-invalid={isEmpty || undefined}>
          <input
            ref={takesFocus ? firstField : undefined}
            value={name}
            maxLength={limits.nameLength}
            autoComplete="nickname"
            aria-invalid={isEmpty}
            aria-describedby={isEmpty ? 'name-error' : undefined}
            onChange={(event) => setName(event.target.value)}
          />
          <button
            type="button"
            className="icon-btn"
            aria-label="Suggest another name"
            title="Suggest another name"
            onClick={() => setName(suggestName())}
          >
            <Shuffle className="i" />
          </button>
        </span>
      </label>
      {isEmpty && (
        <p className="form-error" id="name-error">
          Others need a name to see. One letter is enough.
        </p>
      )}
      <DyePicker dye={dye} name={name} onChange={setDye} />
      {save.isError && (
        <p className="form-error" role="alert">
          The name was not stored. {reasonOf(save.error)}
        </p>
      )}
      <div className="form-actions">
        <button type="submit" className="btn btn-primary btn-l grow" aria-busy={save.isPending}>
          {save.isPending && <span className="shuttle" aria-hidden="true" />}
          {submitLabel}
        </button>
      </div>
    </form>
  )
}
