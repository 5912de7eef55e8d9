/**
 * What the editor says about saving, as a pure function of what happened and when.
 *
 * The rule: *saved* is never said while any edit of this tab, or any found on this device, lacks a receipt on the
 * connection that is open now. Everything else may be said a moment too late, that never too soon.
 */
import type { CloseReason, NotSavedReason } from '@weft/protocol'
import {
  isSettled,
  noReceipts,
  type Receipts,
  unconfirmed,
  withConnection,
  withEdits,
  withMessage,
  withReceipt,
} from './receipts.ts'

export type SaveState =
  | { readonly state: 'loading' }
  /** No connection, and the text is neither here nor on this device. */
  | { readonly state: 'absent'; readonly since: number }
  | { readonly state: 'saved'; readonly revision: number }
  /** `edits` is 0 while a connection that came back is checked and nothing is known to be missing. */
  | { readonly state: 'saving'; readonly edits: number; readonly slowly: boolean }
  /** No connection; the browser stored `edits` unsent ones. One being stored right now is not counted yet. */
  | { readonly state: 'device'; readonly edits: number; readonly since: number }
  /** No connection, and the browser does not store. */
  | { readonly state: 'tab'; readonly edits: number; readonly since: number }
  | { readonly state: 'not-saved'; readonly edits: number; readonly reason: NotSavedReason }
  | { readonly state: 'read-only' }
  | { readonly state: 'refused'; readonly edits: number; readonly reason: CloseReason }

export type SaveEvent =
  /** The device was asked: `edits` of them were never receipted; `copy`: it holds the document. */
  | { readonly type: 'device-read'; readonly edits: number; readonly copy: boolean }
  | { readonly type: 'edited' }
  /** The browser completed storing the first `edits` edits. */
  | { readonly type: 'kept'; readonly edits: number }
  | { readonly type: 'not-kept' }
  | { readonly type: 'opened' }
  /** The server's text arrived on this connection. */
  | { readonly type: 'synced'; readonly writer: boolean }
  | { readonly type: 'sent'; readonly message: 'answer' | 'update' }
  | { readonly type: 'receipt'; readonly messages: number; readonly position: number }
  | { readonly type: 'not-saved'; readonly reason: NotSavedReason }
  | { readonly type: 'lost' }
  | { readonly type: 'refused'; readonly reason: CloseReason }

export interface SaveModel {
  readonly receipts: Receipts
  readonly link: Link
  /** There is text to show: from the server or from the device. */
  readonly loaded: boolean
  /** A connection was lost, or could not be made. */
  readonly wasAway: boolean
  readonly kept: number
  /** Since when edits wait to be kept; `null`: none do. */
  readonly keepingSince: number | null
  readonly keepingFailed: boolean
  readonly editedAt: number
  /** The edit whose receipt is being timed. */
  readonly watch: { readonly edit: number; readonly since: number } | null
  /** Stays until everything is confirmed, so that the word does not flicker. */
  readonly slowly: boolean
  readonly revision: number
}

type Link =
  /** Not yet there, or not any more. */
  | { readonly state: 'away'; readonly since: number }
  | {
      readonly state: 'open'
      readonly since: number
      readonly writer: boolean | null
      readonly notSaved: NotSavedReason | null
    }
  | { readonly state: 'refused'; readonly reason: CloseReason }

/** Saved is said only this long after the last edit, so that it does not blink between two keys. */
const restMs = 300
const slowMs = 10_000
/** A browser that takes longer than this to store does not store. */
const keepMs = 1_000

export function openSaveModel(now: number): SaveModel {
  return {
    receipts: noReceipts,
    link: { state: 'away', since: now },
    loaded: false,
    wasAway: false,
    kept: 0,
    keepingSince: null,
    keepingFailed: false,
    editedAt: Number.NEGATIVE_INFINITY,
    watch: null,
    slowly: false,
    revision: 0,
  }
}

export function afterEvent(model: SaveModel, event: SaveEvent, now: number): SaveModel {
  return timed(applied(model, event, now), now)
}

/** Also to be asked again at {@link nextChange}. */
export function saveStateOf(model: SaveModel, now: number): SaveState {
  const { link, receipts } = model
  const edits = unconfirmed(receipts)
  if (link.state === 'refused') return { state: 'refused', edits, reason: link.reason }
  if (link.state === 'away') return awayState(model, link.since, now)
  if (link.writer === false)
    return edits > 0 ? { state: 'refused', edits, reason: 'forbidden' } : { state: 'read-only' }
  if (link.notSaved !== null && (edits > 0 || !isSettled(receipts)))
    return { state: 'not-saved', edits, reason: link.notSaved }
  const slowly = model.slowly || (slowAt(model) ?? Number.POSITIVE_INFINITY) <= now
  if (edits > 0) return { state: 'saving', edits, slowly }
  if (!isSettled(receipts))
    return model.wasAway || slowly ? { state: 'saving', edits, slowly } : { state: 'loading' }
  if (now < model.editedAt + restMs) return { state: 'saving', edits: 1, slowly: false }
  return { state: 'saved', revision: model.revision }
}

/** When the state may change although nothing happens, or `null`. */
export function nextChange(model: SaveModel, now: number): number | null {
  const times = [model.editedAt + restMs, slowAt(model), failsAt(model)]
  const future = times.filter((time): time is number => time !== null && time > now)
  return future.length === 0 ? null : Math.min(...future)
}

function awayState(model: SaveModel, since: number, now: number): SaveState {
  const edits = unconfirmed(model.receipts)
  if (edits === 0 && !model.wasAway) return { state: 'loading' }
  if (edits === 0 && !model.loaded) return { state: 'absent', since }
  const failed = failsAt(model)
  if (model.keepingFailed || (failed !== null && failed <= now)) return { state: 'tab', edits, since }
  return { state: 'device', edits: Math.max(0, model.kept - model.receipts.confirmed), since }
}

function applied(model: SaveModel, event: SaveEvent, now: number): SaveModel {
  switch (event.type) {
    case 'device-read': {
      const receipts = withEdits(model.receipts, event.edits)
      return { ...model, receipts, kept: model.kept + event.edits, loaded: model.loaded || event.copy }
    }
    case 'edited':
      return {
        ...model,
        receipts: withEdits(model.receipts, 1),
        editedAt: now,
        keepingSince: model.keepingSince ?? now,
      }
    case 'kept':
      return {
        ...model,
        kept: event.edits,
        keepingFailed: false,
        keepingSince: event.edits < model.receipts.written ? now : null,
      }
    case 'not-kept':
      return { ...model, keepingFailed: true }
    case 'opened': {
      const link = { state: 'open', since: now, writer: null, notSaved: null } as const
      return { ...model, receipts: withConnection(model.receipts), link, watch: null, slowly: false }
    }
    case 'synced':
      if (model.link.state !== 'open') return model
      return { ...model, loaded: true, link: { ...model.link, writer: event.writer } }
    case 'sent':
      return { ...model, receipts: withMessage(model.receipts, event.message) }
    case 'receipt': {
      if (model.link.state !== 'open') return model
      const receipts = withReceipt(model.receipts, event.messages)
      const revision = Math.max(model.revision, event.position)
      return { ...model, receipts, revision, link: { ...model.link, notSaved: null } }
    }
    case 'not-saved':
      if (model.link.state !== 'open') return model
      return { ...model, link: { ...model.link, notSaved: event.reason } }
    case 'lost':
      if (model.link.state === 'refused') return model
      return {
        ...model,
        wasAway: true,
        link: model.link.state === 'open' ? { state: 'away', since: now } : model.link,
      }
    case 'refused':
      return { ...model, link: { state: 'refused', reason: event.reason } }
  }
}

/** Times the oldest open edit closely enough: the newest one at the moment the last timed one was confirmed. */
function timed(model: SaveModel, now: number): SaveModel {
  const { receipts, watch } = model
  if (model.link.state !== 'open' || unconfirmed(receipts) === 0)
    return watch === null && !model.slowly ? model : { ...model, watch: null, slowly: false }
  if (watch === null || receipts.confirmed >= watch.edit)
    return {
      ...model,
      slowly: model.slowly || (watch !== null && watch.since + slowMs <= now),
      watch: { edit: receipts.written, since: now },
    }
  return model
}

function slowAt(model: SaveModel): number | null {
  if (model.link.state !== 'open') return null
  if (model.watch !== null) return model.watch.since + slowMs
  return isSettled(model.receipts) ? null : model.link.since + slowMs
}

function failsAt(model: SaveModel): number | null {
  return model.keepingSince === null ? null : model.keepingSince + keepMs
}
