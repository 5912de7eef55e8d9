/** A title with what was searched for underlined. */
export function MarkedTitle({
  title,
  searched,
}: {
  readonly title: string
  readonly searched: string | undefined
}) {
  const at = searched === undefined ? -1 : title.toLowerCase().indexOf(searched.toLowerCase())
  if (searched === undefined || at === -1) return title
  const end = at + searched.length
  return (
    <>
      {title.slice(0, at)}
      <mark>{title.slice(at, end)}</mark>
      {title.slice(end)}
    </>
  )
}
