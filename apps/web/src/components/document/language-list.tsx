import { Combobox } from '@base-ui/react/combobox'
import { languages } from '@weft/editor'
import { Check, Search } from 'lucide-react'
import { firstField } from '../../first-field.ts'

interface Choice {
  readonly value: string | null
  readonly label: string
}

const choices: readonly Choice[] = [
  { value: null, label: 'None' },
  ...languages.map(({ name, label }) => ({ value: name, label })),
]

interface LanguageListProps {
  readonly language: string | null
  readonly onChoose: (language: string | null) => void
}

export function LanguageList({ language, onChoose }: LanguageListProps) {
  return (
    <Combobox.Root
      inline
      items={choices}
      value={choices.find((choice) => choice.value === language) ?? choices[0] ?? null}
      onValueChange={(choice) => onChoose(choice?.value ?? null)}
      autoHighlight
    >
      <div className="field">
        <Search className="i" />
        <Combobox.Input ref={firstField} placeholder="Find a language" aria-label="Find a language" />
      </div>
      <Combobox.Empty className="list-note language-empty">No language of that name.</Combobox.Empty>
      <Combobox.List className="language-list">
        {(choice: Choice) => (
          <Combobox.Item key={choice.label} value={choice} className="menu-item">
            <span className="menu-check">
              <Combobox.ItemIndicator>
                <Check className="i" />
              </Combobox.ItemIndicator>
            </span>
            {choice.label}
          </Combobox.Item>
        )}
      </Combobox.List>
    </Combobox.Root>
  )
}
