import { useQuery } from '@tanstack/react-query'
import { unsentDocuments } from '@weft/editor'

const none: ReadonlyMap<string, number> = new Map()

/** How many edits of which document are on this device and not yet on the server. */
export function useUnsentEdits(): ReadonlyMap<string, number> {
  return (
    useQuery({ queryKey: ['unsent-edits'], queryFn: countEdits, staleTime: 0, refetchInterval: 15_000 })
      .data ?? none
  )
}

async function countEdits(): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>()
  for (const { document, edits } of await unsentDocuments())
    counts.set(document, (counts.get(document) ?? 0) + edits)
  return counts
}
