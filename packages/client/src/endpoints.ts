/**
 * Method and path of every route: all that a client needs at run time, so that it carries no schemas. The compiler
 * holds it against the route objects: a missing, a foreign or a changed one does not build.
 */
import type { apiBase, Routes } from '@weft/protocol/routes'

export const base = '/api/v1' satisfies typeof apiBase

export interface Endpoint {
  readonly method: string
  readonly path: string
  /** Which of several representations the call is for. */
  readonly accept?: string
  /** Of a body that is text. */
  readonly type?: 'text/markdown' | 'text/x-diff'
  /** Of any type, which the answer names. */
  readonly answersWith?: 'a file'
}

export const endpoints = {
  createDocument: { method: 'post', path: '/documents' },
  createDocumentWithId: { method: 'put', path: '/documents/{id}' },
  listDocuments: { method: 'get', path: '/documents' },
  getDocument: { method: 'get', path: '/documents/{id}' },
  changeDocument: { method: 'patch', path: '/documents/{id}' },
  trashDocument: { method: 'delete', path: '/documents/{id}' },
  restoreDocument: { method: 'post', path: '/documents/{id}/restore' },
  duplicateDocument: { method: 'post', path: '/documents/{id}/duplicate' },
  emptyTrash: { method: 'post', path: '/trash/empty' },
  changeDocuments: { method: 'post', path: '/documents/bulk' },
  starDocument: { method: 'put', path: '/documents/{id}/star' },
  unstarDocument: { method: 'delete', path: '/documents/{id}/star' },
  listRecent: { method: 'get', path: '/recent' },
  listTags: { method: 'get', path: '/tags' },
  search: { method: 'get', path: '/search' },
  listFolders: { method: 'get', path: '/folders' },
  createFolder: { method: 'post', path: '/folders' },
  getFolder: { method: 'get', path: '/folders/{id}' },
  changeFolder: { method: 'patch', path: '/folders/{id}' },
  removeFolder: { method: 'delete', path: '/folders/{id}' },
  getContent: { method: 'get', path: '/documents/{id}/content' },
  putContent: { method: 'put', path: '/documents/{id}/content', type: 'text/markdown' },
  patchContent: { method: 'patch', path: '/documents/{id}/content', type: 'text/x-diff' },
  postEdits: { method: 'post', path: '/documents/{id}/edits' },
  getState: { method: 'get', path: '/documents/{id}/state' },
  postUpdate: { method: 'post', path: '/documents/{id}/updates' },
  addAttachment: { method: 'post', path: '/documents/{id}/attachments' },
  listAttachments: { method: 'get', path: '/documents/{id}/attachments' },
  getAttachment: { method: 'get', path: '/documents/{id}/attachments/{attachment}', answersWith: 'a file' },
  deleteAttachment: { method: 'delete', path: '/documents/{id}/attachments/{attachment}' },
  importFile: { method: 'post', path: '/import' },
  getImport: { method: 'get', path: '/imports/{import}' },
  cancelImport: { method: 'delete', path: '/imports/{import}' },
  exportDocument: { method: 'get', path: '/documents/{id}/export', answersWith: 'a file' },
  exportAll: { method: 'get', path: '/export', answersWith: 'a file' },
  getDocumentEvents: { method: 'get', path: '/documents/{id}/events', accept: 'application/json' },
  getEvents: { method: 'get', path: '/events', accept: 'application/json' },
  createWebhook: { method: 'post', path: '/webhooks' },
  listWebhooks: { method: 'get', path: '/webhooks' },
  getWebhook: { method: 'get', path: '/webhooks/{id}' },
  changeWebhook: { method: 'patch', path: '/webhooks/{id}' },
  deleteWebhook: { method: 'delete', path: '/webhooks/{id}' },
  rotateWebhookSecret: { method: 'post', path: '/webhooks/{id}/secret' },
  pingWebhook: { method: 'post', path: '/webhooks/{id}/ping' },
  listDeliveries: { method: 'get', path: '/webhooks/{id}/deliveries' },
  redeliver: { method: 'post', path: '/webhooks/{id}/deliveries/{delivery}/redeliver' },
  getMe: { method: 'get', path: '/me' },
  putMe: { method: 'put', path: '/me' },
} as const satisfies {
  readonly [Name in keyof Routes]: Endpoint & {
    readonly method: Routes[Name]['method']
    readonly path: Routes[Name]['path']
  }
}
