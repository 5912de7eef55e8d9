export function KeyTable() {
  return <p>keys</p>
}
