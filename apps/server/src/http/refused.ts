/** Every way a request ends without what it asked for, in one place: errors become problem documents here. */
import { type ProblemCode, type ProblemParticulars, problemOf } from '@weft/protocol'
import {
  DocumentDamaged,
  DocumentFull,
  DocumentGone,
  ForeignClient,
  MalformedUpdate,
  RoomsFull,
  StorageFailure,
  UpdateGap,
} from '@weft/sync'
import { HTTPException } from 'hono/http-exception'
import { TooManyReads } from '../document-reader.ts'
import {
  AttachmentDamaged,
  AttachmentsFull,
  DocumentExists,
  FileTooLarge,
  FolderMissing,
  LimitReached,
  QuotaReached,
} from '../storage/storage.ts'

export interface Particulars extends ProblemParticulars {
  readonly headers?: Readonly<Record<string, string>>
}

/** Thrown by handlers and middleware; answered as the problem document of its code. */
export class Refused extends Error {
  override name = 'Refused'
  readonly code: ProblemCode
  readonly particulars: Particulars
  constructor(code: ProblemCode, particulars: Particulars = {}) {
    super(code)
    this.code = code
    this.particulars = particulars
  }
}

export function problemResponse({ code, particulars: { headers, ...more } }: Refused): Response {
  const problem = problemOf(code, more)
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...headers },
  })
}

/** `null`: nobody foresaw this error, and nothing of it may be told. */
export function refusalOf(error: unknown): Refused | null {
  if (error instanceof Refused) return error
  if (error instanceof StorageFailure) return unavailable(error)
  if (error instanceof DocumentGone) return new Refused('not-found')
  if (error instanceof AttachmentsFull) return new Refused('attachments-full')
  if (error instanceof AttachmentDamaged) return new Refused('attachment-damaged')
  if (error instanceof FileTooLarge)
    return new Refused('too-large', { detail: error.message, headers: { connection: 'close' } })
  if (error instanceof DocumentExists) return new Refused('document-exists')
  if (error instanceof FolderMissing) return new Refused('no-such-folder')
  if (error instanceof LimitReached) return new Refused('limit-reached', { detail: error.message })
  if (error instanceof QuotaReached) return new Refused('quota-reached', { detail: error.message })
  if (error instanceof DocumentDamaged) return new Refused('document-damaged')
  if (error instanceof DocumentFull) return new Refused('document-full', { detail: whatToDelete })
  if (error instanceof RoomsFull) return new Refused('overloaded', { headers: { 'retry-after': '5' } })
  if (error instanceof MalformedUpdate) return new Refused('malformed-update')
  if (error instanceof ForeignClient) return new Refused('forbidden')
  if (error instanceof UpdateGap) return new Refused('out-of-sync')
  if (error instanceof TooManyReads)
    return new Refused('too-many-requests', { headers: { 'retry-after': '1' } })
  if (error instanceof HTTPException) return fromFramework(error)
  return null
}

const whatToDelete = 'It can be read, and text can be deleted. Its operator may raise the limit.'

function unavailable({ full }: StorageFailure): Refused {
  return new Refused('storage-unavailable', {
    ...(full ? { detail: 'The disk is full.' } : {}),
    headers: { 'retry-after': '5' },
  })
}

function fromFramework({ status }: HTTPException): Refused | null {
  if (status === 400) return new Refused('malformed-json')
  if (status === 413) return new Refused('too-large')
  if (status === 415) return new Refused('unsupported-media-type')
  return null
}
