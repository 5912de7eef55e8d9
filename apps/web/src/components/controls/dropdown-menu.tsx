/** Our look on Base UI's menu. */
import { Menu } from '@base-ui/react/menu'
import { Check, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'

interface MenuPanelProps {
  readonly children: ReactNode
  readonly side?: 'top' | 'bottom'
  readonly align?: 'start' | 'end'
}

/** The floating part; goes inside a `Menu.Root`, beside its trigger. */
export function MenuPanel({ children, side = 'bottom', align = 'end' }: MenuPanelProps) {
  return (
    <Menu.Portal>
      <Menu.Positioner
        className="floating-layer"
        side={side}
        align={align}
        sideOffset={4}
        collisionPadding={8}
      >
        <Menu.Popup className="menu">{children}</Menu.Popup>
      </Menu.Positioner>
    </Menu.Portal>
  )
}

interface MenuItemProps {
  readonly icon: LucideIcon
  readonly children: ReactNode
  readonly keys?: string
  readonly onClick: () => void
}

export function MenuItem({ icon: Icon, children, keys, onClick }: MenuItemProps) {
  return (
    <Menu.Item className="menu-item" onClick={onClick}>
      <Icon className="i" />
      {children}
      {keys !== undefined && <span className="end keys">{keys}</span>}
    </Menu.Item>
  )
}

interface MenuLinkProps {
  readonly icon: LucideIcon
  readonly children: ReactNode
  readonly href: string
}

/** Opens in a new tab. */
export function MenuLink({ icon: Icon, children, href }: MenuLinkProps) {
  return (
    <Menu.LinkItem className="menu-item" href={href} target="_blank" closeOnClick>
      <Icon className="i" />
      {children}
    </Menu.LinkItem>
  )
}

export function MenuSeparator() {
  return <Menu.Separator className="menu-separator" />
}

interface MenuChoiceProps<Value extends string> {
  readonly label: string
  readonly value: Value
  readonly choices: readonly { readonly value: Value; readonly name: string }[]
  readonly onChange: (value: Value) => void
}

export function MenuChoice<Value extends string>({
  label,
  value,
  choices,
  onChange,
}: MenuChoiceProps<Value>) {
  return (
    <Menu.Group>
      <Menu.GroupLabel className="menu-label">{label}</Menu.GroupLabel>
      <Menu.RadioGroup value={value} onValueChange={onChange}>
        {choices.map((choice) => (
          <Menu.RadioItem key={choice.value} className="menu-item" value={choice.value} closeOnClick>
            <span className="menu-check">
              <Menu.RadioItemIndicator>
                <Check className="i" />
              </Menu.RadioItemIndicator>
            </span>
            {choice.name}
          </Menu.RadioItem>
        ))}
      </Menu.RadioGroup>
    </Menu.Group>
  )
}
