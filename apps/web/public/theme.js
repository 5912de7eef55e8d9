// Runs before the first paint, so that a chosen theme never flashes. src/theme.ts writes the same key.
try {
  const theme = localStorage.getItem('weft.theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // A browser that keeps nothing follows the system.
}
