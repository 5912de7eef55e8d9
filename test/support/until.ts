/** The only way to wait in a test: until something is so. */
export async function until<T>(
  condition: () => T | Promise<T>,
  options: { readonly withinMs?: number; readonly what?: string } = {},
): Promise<NonNullable<T>> {
  const deadline = Date.now() + (options.withinMs ?? 20_000)
  for (;;) {
    const value = await condition()
    if (value) return value
    if (Date.now() > deadline)
      throw new Error(`gave up waiting${options.what ? ` until ${options.what}` : ''}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
