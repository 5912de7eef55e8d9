import { Radio } from '@base-ui/react/radio'
import { RadioGroup } from '@base-ui/react/radio-group'
import { dyeNames } from '../../identity.ts'
import { initialOf } from './avatar.tsx'

interface DyePickerProps {
  readonly dye: number
  readonly name: string
  readonly onChange: (dye: number) => void
}

/** Eleven colours for people; iron is for programs. */
export function DyePicker({ dye, name, onChange }: DyePickerProps) {
  return (
    <RadioGroup className="dyes" aria-label="Colour" value={dye} onValueChange={onChange}>
      {dyeNames.map((dyeName, index) => (
        <Radio.Root
          key={dyeName}
          value={index + 1}
          className={`dye-choice dye-${index + 1}`}
          aria-label={dyeName}
          title={dyeName}
        >
          <span aria-hidden="true">{initialOf(name)}</span>
        </Radio.Root>
      ))}
    </RadioGroup>
  )
}
