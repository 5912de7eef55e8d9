/** Light, dark, or as the system says; per device. public/theme.js applies it before the first paint. */
export type Theme = 'light' | 'dark' | 'system'

const key = 'weft.theme'

export function chosenTheme(): Theme {
  const theme = document.documentElement.dataset.theme
  return theme === 'light' || theme === 'dark' ? theme : 'system'
}

export function chooseTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
  try {
    if (theme === 'system') localStorage.removeItem(key)
    else localStorage.setItem(key, theme)
  } catch {
    // The choice lasts until the page is closed.
  }
}
