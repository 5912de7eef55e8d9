import { Menu } from '@base-ui/react/menu'
import { ChevronsUpDown, Keyboard, UserPen } from 'lucide-react'
import { useState } from 'react'
import { useIdentity } from '../../identity.ts'
import { chooseTheme, chosenTheme, type Theme } from '../../theme.ts'
import { MenuChoice, MenuItem, MenuPanel, MenuSeparator } from '../controls/dropdown-menu.tsx'
import { keyboardHelp } from '../keyboard-help.tsx'
import { Avatar } from './avatar.tsx'
import { identityDialog } from './identity-dialog.tsx'

const themeChoices = [
  { value: 'light', name: 'Light' },
  { value: 'dark', name: 'Dark' },
  { value: 'system', name: 'System' },
] as const

/** You, at the bottom of the rail: name, colour, theme, keys. */
export function IdentityMenu() {
  const { name, dye } = useIdentity()
  const [theme, setTheme] = useState<Theme>(chosenTheme)
  const onTheme = (next: Theme) => {
    chooseTheme(next)
    setTheme(next)
  }
  return (
    <Menu.Root>
      <Menu.Trigger className="me">
        <Avatar name={name} dye={dye} kind="user" size="l" />
        <span className="grow me-words">
          <span className="visually-hidden">You, </span>
          <span className="medium trunc me-name">{name}</span>
          <span className="muted trunc me-name">{location.host}</span>
        </span>
        <ChevronsUpDown className="i" />
      </Menu.Trigger>
      <MenuPanel side="top" align="start">
        <MenuItem icon={UserPen} onClick={() => identityDialog.open(null)}>
          Name and colour
        </MenuItem>
        <MenuItem icon={Keyboard} keys="?" onClick={() => keyboardHelp.open(null)}>
          Keyboard
        </MenuItem>
        <MenuSeparator />
        <MenuChoice label="Theme" value={theme} choices={themeChoices} onChange={onTheme} />
      </MenuPanel>
    </Menu.Root>
  )
}
