import { Link } from 'wouter'

/** The way back to all documents. */
export function Brand({ withName = false }: { readonly withName?: boolean }) {
  return (
    <Link href="/" className="brand" aria-label="Weft, all documents">
      <svg viewBox="0 0 24 24" fill="none" strokeWidth="3" aria-hidden="true">
        <path className="warp" d="M8.5 2.5v3.3M8.5 11.2v10.3M15.5 2.5v10.3M15.5 18.2v3.3" />
        <path className="weft" d="M2.5 8.5h10.3M18.2 8.5h3.3M2.5 15.5h3.3M11.2 15.5h10.3" />
      </svg>
      {withName && <b>Weft</b>}
    </Link>
  )
}
