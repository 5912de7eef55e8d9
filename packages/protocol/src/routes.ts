/** Every route of `/api/v1`, once: the server serves these objects, the client takes its types from them. */

import * as attachments from './routes/attachments.ts'
import * as bulk from './routes/bulk.ts'
import * as content from './routes/content.ts'
import * as documents from './routes/documents.ts'
import * as events from './routes/events.ts'
import * as exports from './routes/exports.ts'
import * as folders from './routes/folders.ts'
import * as imports from './routes/imports.ts'
import * as library from './routes/library.ts'
import * as me from './routes/me.ts'
import * as search from './routes/search.ts'
import * as webhooks from './routes/webhooks.ts'
import * as writing from './routes/writing.ts'

export const routes = {
  createDocument: documents.createDocument,
  createDocumentWithId: documents.createDocumentWithId,
  listDocuments: documents.listDocuments,
  getDocument: documents.getDocument,
  changeDocument: documents.changeDocument,
  trashDocument: documents.trashDocument,
  restoreDocument: documents.restoreDocument,
  duplicateDocument: documents.duplicateDocument,
  emptyTrash: documents.emptyTrash,
  changeDocuments: bulk.changeDocuments,
  starDocument: documents.starDocument,
  unstarDocument: documents.unstarDocument,
  listRecent: library.listRecent,
  listTags: library.listTags,
  search: search.search,
  listFolders: folders.listFolders,
  createFolder: folders.createFolder,
  getFolder: folders.getFolder,
  changeFolder: folders.changeFolder,
  removeFolder: folders.removeFolder,
  getContent: content.getContent,
  putContent: writing.putContent,
  patchContent: writing.patchContent,
  postEdits: writing.postEdits,
  getState: content.getState,
  postUpdate: content.postUpdate,
  addAttachment: attachments.addAttachment,
  listAttachments: attachments.listAttachments,
  getAttachment: attachments.getAttachment,
  deleteAttachment: attachments.deleteAttachment,
  importFile: imports.importFile,
  getImport: imports.getImport,
  cancelImport: imports.cancelImport,
  exportDocument: exports.exportDocument,
  exportAll: exports.exportAll,
  getDocumentEvents: events.getDocumentEvents,
  getEvents: events.getEvents,
  createWebhook: webhooks.createWebhook,
  listWebhooks: webhooks.listWebhooks,
  getWebhook: webhooks.getWebhook,
  changeWebhook: webhooks.changeWebhook,
  deleteWebhook: webhooks.deleteWebhook,
  rotateWebhookSecret: webhooks.rotateWebhookSecret,
  pingWebhook: webhooks.pingWebhook,
  listDeliveries: webhooks.listDeliveries,
  redeliver: webhooks.redeliver,
  getMe: me.getMe,
  putMe: me.putMe,
}

/** For `import type`: a client needs the types alone, not the schemas. */
export type Routes = typeof routes

export const apiBase = '/api/v1'
