/** The update is not one that Yjs would accept, or not one that this kind of document takes. */
export class MalformedUpdate extends Error {
  override name = 'MalformedUpdate'
}

/** The update builds on changes that the room has not seen. */
export class UpdateGap extends Error {
  override name = 'UpdateGap'
}

/** The update continues a client id of another actor. */
export class ForeignClient extends Error {
  override name = 'ForeignClient'
}

/** The document has its largest size: nothing but deletes is taken. */
export class DocumentFull extends Error {
  override name = 'DocumentFull'
}

/** Busy rooms take all the memory that rooms may have. */
export class RoomsFull extends Error {
  override name = 'RoomsFull'
}

/** The client holds another history of the document than the server. */
export class LineageMismatch extends Error {
  override name = 'LineageMismatch'
}
