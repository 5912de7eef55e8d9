/**
 * Method and path of every route: all that a client needs at run time, so that it carries no schemas. The compiler
 * holds it against the route objects: a missing, a foreign or a changed one does not build.
 */
import type { apiBase, Routes } from '@weft/protocol'

export const base = '/api/v1' satisfies typeof apiBase

export interface Endpoint {
  readonly method: string
  readonly path: string
  /** Which of several representations the call is for. */
  readonly accept?: string
}

export const endpoints = {
  createDocument: { method: 'post', path: '/documents' },
  createDocumentWithId: { method: 'put', path: '/documents/{id}' },
  listDocuments: { method: 'get', path: '/documents' },
  getDocument: { method: 'get', path: '/documents/{id}' },
  changeDocument: { method: 'patch', path: '/documents/{id}' },
  trashDocument: { method: 'delete', path: '/documents/{id}' },
  restoreDocument: { method: 'post', path: '/documents/{id}/restore' },
  getContent: { method: 'get', path: '/documents/{id}/content' },
  getState: { method: 'get', path: '/documents/{id}/state' },
  postUpdate: { method: 'post', path: '/documents/{id}/updates' },
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
