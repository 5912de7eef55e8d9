/** Client ids and their owners as one text: few actors have many ids, so each actor stands once. */
import type { ClientOwners } from '@weft/sync'

export function packOwners(owners: ClientOwners): string {
  const clientsByActor = Object.groupBy(owners, ([, actor]) => actor)
  return JSON.stringify(
    Object.entries(clientsByActor).map(([actor, entries = []]) => [actor, entries.map(([client]) => client)]),
  )
}

/** Throws SyntaxError; a checksum has said before that the text is ours. */
export function unpackOwners(text: string): ClientOwners {
  const clientsByActor = JSON.parse(text) as [string, number[]][]
  return new Map(
    clientsByActor.flatMap(([actor, clients]) => clients.map((client) => [client, actor] as const)),
  )
}
