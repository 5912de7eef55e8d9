/** What the save state says: a word, a detail, and the whole truth as a sentence. Nothing here may say more than the editor knows. */
import type { ConnectionState, SaveState } from '@weft/editor'
import type { CloseReason, DocumentResource, NotSavedReason } from '@weft/protocol'
import { clockTime, exactTime } from '../../times.ts'

export type SaveTone = 'saved' | 'saving' | 'device' | 'failed' | 'read-only' | 'refused'

export interface SaveWords {
  readonly tone: SaveTone
  readonly word: string
  readonly detail: string | null
  readonly sentence: string
}

export function saveWords(
  save: SaveState,
  document: DocumentResource,
  connection: ConnectionState,
): SaveWords {
  const restarting = connection.state === 'offline' && connection.restarting
  switch (save.state) {
    case 'loading':
      return {
        tone: 'saving',
        word: 'Loading',
        detail: null,
        sentence: `The text is on its way from ${location.host}.`,
      }
    case 'absent':
      return {
        tone: 'device',
        word: restarting ? 'Server restarting' : 'Offline',
        detail: null,
        sentence: restarting
          ? 'The server is restarting. The text comes when it is back.'
          : `No connection since ${clockTime(new Date(save.since))}, and the text is not on this device. It comes when the connection returns.`,
      }
    case 'saved':
      return {
        tone: 'saved',
        word: 'Saved',
        detail: `rev ${save.revision}`,
        sentence: `Every change is stored on ${location.host}. Revision ${save.revision}${storedAt(save.revision, document)}.`,
      }
    case 'saving':
      return save.edits === 0
        ? {
            tone: 'saving',
            word: 'Saving',
            detail: null,
            sentence: `Asking ${location.host} what it has stored.`,
          }
        : {
            tone: 'saving',
            word: `Saving ${edits(save.edits)}${save.slowly ? ', slowly' : ''}`,
            detail: null,
            sentence: `${edits(save.edits)} ${areOrIs(save.edits)} on the way to ${location.host}.`,
          }
    case 'device':
      return save.edits === 0
        ? {
            tone: 'device',
            word: restarting ? 'Server restarting' : 'Offline',
            detail: null,
            sentence: restarting
              ? 'The server is restarting. Keep writing; nothing is lost.'
              : `No connection since ${clockTime(new Date(save.since))}. Keep writing; edits stay on this device and are sent when it returns.`,
          }
        : {
            tone: 'device',
            word: 'Kept on this device only',
            detail: edits(save.edits),
            sentence: restarting
              ? `The server is restarting. Keep writing; nothing is lost. ${edits(save.edits)} will be sent when it is back.`
              : `No connection since ${clockTime(new Date(save.since))}. Keep writing; ${edits(save.edits)} will be sent when it returns.`,
          }
    case 'tab':
      return {
        tone: 'device',
        word: 'In this tab only',
        detail: save.edits === 0 ? null : edits(save.edits),
        sentence: restarting
          ? 'The server is restarting. This browser will not let Weft keep text: do not close the tab before the server is back, or download a copy.'
          : 'This browser will not let Weft keep text. Do not close the tab before the connection returns, or download a copy.',
      }
    case 'not-saved':
      return {
        tone: 'failed',
        word: 'Not saved',
        detail: notSavedReasons[save.reason],
        sentence:
          save.reason === 'document-full'
            ? `This document has its largest size. Your ${edits(save.edits)} stay here until some of it is deleted.`
            : `The server cannot store changes: ${notSavedReasons[save.reason]}. Your ${edits(save.edits)} stay here until it can.`,
      }
    case 'read-only':
      return {
        tone: 'read-only',
        word: 'Read-only',
        detail: null,
        sentence: 'You can read this document and copy from it, but not change it.',
      }
    case 'refused':
      return {
        tone: 'refused',
        word: 'Refused',
        detail: refusals[save.reason].detail,
        sentence: refusals[save.reason].sentence(save.edits),
      }
  }
}

const notSavedReasons: Record<NotSavedReason, string> = {
  'storage-full': 'storage is full',
  'storage-unavailable': 'its database is not answering',
  'document-full': 'the document is full',
}

interface Refusal {
  readonly detail: string
  readonly sentence: (edits: number) => string
}

const accessEnded: Refusal = {
  detail: 'access ended',
  sentence: (count) => `Your access to this document ended.${notAccepted(count)}`,
}
const interrupted: Refusal = {
  detail: 'connection ended',
  sentence: (count) => `The server ended this connection. Reload to go on.${notAccepted(count)}`,
}

const refusals: Record<CloseReason, Refusal> = {
  forbidden: accessEnded,
  'signed-out': { ...accessEnded, detail: 'signed out' },
  'not-found': {
    detail: 'document deleted',
    sentence: (count) => `This document was deleted.${notAccepted(count)}`,
  },
  'out-of-sync': {
    detail: 'page too old',
    sentence: (count) => `This page is older than the server. Reload to go on.${notAccepted(count)}`,
  },
  malformed: {
    detail: 'not accepted',
    sentence: (count) =>
      `The server could not read what this page sent. Reload to go on.${notAccepted(count)}`,
  },
  'document-full': {
    detail: 'document full',
    sentence: (count) =>
      `This document has its largest size. Delete some of it, then reload to go on.${notAccepted(count)}`,
  },
  'document-damaged': {
    detail: 'document damaged',
    sentence: (count) =>
      `What ${location.host} has stored of this document is damaged, so it shows none of it. Whoever runs the server can restore a backup.${notAccepted(count)}`,
  },
  'too-many-messages': {
    detail: 'too many changes at once',
    sentence: (count) => `This page sent too many changes at once. Reload to go on.${notAccepted(count)}`,
  },
  'internal-error': interrupted,
  restarting: interrupted,
  overloaded: interrupted,
  'too-slow': interrupted,
}

export function edits(count: number): string {
  return count === 1 ? '1 edit' : `${count} edits`
}

function areOrIs(count: number): string {
  return count === 1 ? 'is' : 'are'
}

function notAccepted(count: number): string {
  if (count === 0) return ''
  return count === 1
    ? ' 1 edit was not accepted. Copy or download it.'
    : ` ${count} edits were not accepted. Copy or download them.`
}

/** The time belongs to one revision; of others this page does not know when they were stored. */
function storedAt(revision: number, document: DocumentResource): string {
  return document.revision === revision ? `, ${exactTime(new Date(document.updatedAt))}` : ''
}

/** Anything of this person's that no server has confirmed. */
export function isUnconfirmed(save: SaveState): boolean {
  switch (save.state) {
    case 'saving':
    case 'not-saved':
      return true
    case 'device':
    case 'tab':
    case 'refused':
      return save.edits > 0
    default:
      return false
  }
}
