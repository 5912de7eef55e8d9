export { type Actor, type ActorId, type ActorKind, dyes, type PresenceUser, programDye } from './actor.ts'
export { type CloseReason, closeCodes, isFinalClose } from './close-codes.ts'
export { type DocumentId, documentIdPattern, parseDocumentId } from './document-id.ts'
export { type DocumentKind, documentKinds } from './document-kind.ts'
export { type FolderId, folderIdPattern, parseFolderId } from './folder-id.ts'
export { limits } from './limits.ts'
export {
  type Problem,
  type ProblemCode,
  type ProblemMisfit,
  type ProblemParticulars,
  problemOf,
  problems,
} from './problems.ts'
export { mayWrite, type Role, roles } from './roles.ts'
export type { AttachmentResource } from './routes/attachments.ts'
export type { BytesAnswer, RouteAnswer, RouteInput, TextAnswer } from './routes/call.ts'
export type { DocumentEvent, PresenceEvent, ServerEvent } from './routes/event-schemas.ts'
export type {
  ImportFailure,
  ImportRepair,
  ImportResource,
  ImportState,
} from './routes/imports.ts'
export type { DocumentResource, FolderResource } from './routes/schemas.ts'
export type { SearchResult } from './routes/search.ts'
export type { DeliveryResource, WebhookResource } from './routes/webhooks.ts'
export { normalTag } from './tags.ts'
export { contentRoot, repairText, type TextFault, textFault } from './text.ts'
export { type WebhookEvent, webhookEvents } from './webhook-events.ts'
export {
  decode,
  encode,
  headOfSyncStep2,
  MalformedMessage,
  messageTypes,
  type NotSavedReason,
  notSavedReasons,
  syncTypes,
  type WireMessage,
} from './wire.ts'
