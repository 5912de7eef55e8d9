import type { DocumentResource } from '@weft/protocol'
import { useState } from 'react'

type Documents = readonly DocumentResource[]

/**
 * While `isHeld`, documents keep their places and their groups, whatever changes in them; those that went are gone,
 * new ones wait. Nothing moves under a pointer or away from the focus.
 */
export function useHeldOrder(documents: Documents, isHeld: boolean) {
  const [places, setPlaces] = useState(documents)
  if (!isHeld && places !== documents) setPlaces(documents)
  if (!isHeld) return { documents, dateOf: updatedAt }
  const current = new Map(documents.map((document) => [document.id, document]))
  const dates = new Map(places.map((document) => [document.id, document.updatedAt]))
  return {
    documents: places.flatMap(({ id }) => current.get(id) ?? []),
    dateOf: (document: DocumentResource) => dates.get(document.id) ?? document.updatedAt,
  }
}

function updatedAt(document: DocumentResource): string {
  return document.updatedAt
}
