/** Assembles the editor: one document, one connection, one copy on this device, one view of it all. */

import { EditorState } from '@codemirror/state'
import { EditorView, type ViewUpdate } from '@codemirror/view'
import { contentRoot } from '@weft/protocol'
import { yCollab, ySyncAnnotation } from 'y-codemirror.next'
import * as Y from 'yjs'
import { createAnnouncements } from './announcements.ts'
import { trackCarets } from './caret-tracker.ts'
import { type CommandName, runCommand } from './commands.ts'
import { type ConnectionEvent, type ConnectionState, openConnection } from './connection.ts'
import { deviceOrigin, openDeviceCopy } from './device-copy.ts'
import { openDeviceStore } from './device-store.ts'
import { createDocumentLanguage } from './document-language.ts'
import { createEntryLock } from './entry-lock.ts'
import { watchForeignContent } from './foreign-content.ts'
import type { Observable } from './observable.ts'
import { trackOwnActivity } from './own-activity.ts'
import { createPace } from './pace.ts'
import { type Person, personKey } from './people.ts'
import type { Position } from './position.ts'
import { cursorAt, openPresence, type Peer, type PresenceUser } from './presence.ts'
import { remoteCarets } from './remote-carets.ts'
import { nearbyChanges, writersOf } from './remote-changes.ts'
import { remoteCursors } from './remote-cursors.ts'
import type { SaveState } from './save-state.ts'
import { guardLeaving, startSaving } from './saving.ts'
import { setup } from './setup.ts'
import { steadyView } from './steady-view.ts'
import { followSurroundings } from './surroundings.ts'
import { browserTimers } from './timers.ts'
import { words } from './words.ts'

export interface EditorOptions {
  readonly parent: HTMLElement
  readonly document: {
    readonly id: string
    readonly kind: 'markdown' | 'text' | 'code'
    /** A name of `languages`; only code documents have one. */
    readonly language: string | null
    readonly lineage: string
  }
  readonly user: PresenceUser
  /** Such as `wss://weft.example.org/sync`. */
  readonly syncUrl: string
  /** The accessible name of the text box. */
  readonly label: string
  readonly placeholder?: string
}

export interface Editor {
  readonly saveState: Observable<SaveState>
  /** Others in the order in which they came, then you. */
  readonly people: Observable<readonly Person[]>
  readonly connection: Observable<ConnectionState>
  readonly position: Observable<Position>
  /** For one polite live region. */
  readonly announcements: Observable<string>
  /** The formats that the caret stands in. */
  readonly active: Observable<readonly CommandName[]>
  /** `false`: not possible in this document or now. */
  run(command: CommandName): boolean
  setUser(user: PresenceUser): void
  setLanguage(language: string | null): void
  text(): string
  /** Scrolls to where a person is. Your caret stays. */
  jumpTo(personKey: string): void
  focus(): void
  /** Leaves the document. Resolves when this device has stored what was written. */
  close(): Promise<void>
}

export function openEditor(options: EditorOptions): Editor {
  const timers = browserTimers
  const pace = createPace(timers)
  const { id, kind, lineage } = options.document
  const ydoc = new Y.Doc()
  const ytext = ydoc.getText(contentRoot)
  const saving = startSaving(timers)
  const announcements = createAnnouncements(timers)
  const foreign = watchForeignContent(ytext)
  const undoManager = new Y.UndoManager(ytext, { captureTimeout: 500, trackedOrigins: new Set() })
  const language = createDocumentLanguage(kind, options.document.language, timers)
  const activity = trackOwnActivity(timers, pace, () => presence.touch())
  const lock = createEntryLock(options.placeholder, timers)
  let closed = false
  let isTabExplained = false
  /** Who is here on this connection has been told; from now on people join. */
  let introduced = false
  /** Whose text the transaction under way brings. */
  let writers: readonly number[] = []

  const isEdit = (origin: unknown) => origin !== connection.origin && origin !== deviceOrigin
  // Before the provider's own listener: an edit is counted before it is sent.
  ydoc.on('update', (_update: Uint8Array, origin: unknown) => {
    if (isEdit(origin)) saving.tell({ type: 'edited' })
  })
  ydoc.on('beforeObserverCalls', (transaction: Y.Transaction) => {
    writers = transaction.origin === connection.origin ? writersOf(transaction) : []
  })

  const presence = openPresence({
    ydoc,
    timers,
    user: options.user,
    cursor() {
      if (!activity.visited) return null
      const { anchor, head } = view.state.selection.main
      return cursorAt(ytext, anchor, head)
    },
    writing: () => activity.writing,
    send: (frame) => connection.send(frame),
    onChange({ moved, joined, left }) {
      tracker.changed(moved)
      surroundings.peopleChanged()
      if (!introduced) return
      for (const peer of joined) if (!isYou(peer)) announcements.joined(peer.state.name)
      for (const peer of left) if (!isYou(peer)) announcements.left(peer.state.name)
    },
  })
  const connection = openConnection({
    ydoc,
    presence,
    timers,
    lineage,
    document: id,
    syncUrl: options.syncUrl,
    onEvent: onConnection,
  })
  const device = openDeviceCopy({
    ydoc,
    timers,
    lineage,
    document: id,
    isEdit,
    open: openDeviceStore,
    onKept: (edits) => saving.tell({ type: 'kept', edits }),
    onNotKept: () => saving.tell({ type: 'not-kept' }),
  })
  const view = new EditorView({
    parent: options.parent,
    state: EditorState.create({
      extensions: [
        lock.extension,
        setup(kind, options.label),
        language.extension,
        yCollab(ytext, null, { undoManager }),
        steadyView(),
        remoteCursors(timers, scrollTo),
        EditorView.updateListener.of(onUpdate),
      ],
    }),
  })
  const tracker = trackCarets(view, ytext, presence)
  const surroundings = followSurroundings({
    view,
    presence,
    activity,
    pace,
    timers,
    markdown: kind === 'markdown',
  })
  const stopGuard = guardLeaving(window, saving.state)
  const stopListening = connection.state.subscribe(announceConnection)
  language.attach(view)
  lock.attach(view)

  async function start() {
    const found = await device.load()
    if (closed) return
    saving.tell({ type: 'device-read', ...found })
    if (found.copy) setWritable(true)
    connection.connect()
  }

  function onConnection(event: ConnectionEvent) {
    saving.tell(event)
    switch (event.type) {
      case 'receipt':
        return device.confirm(saving.confirmed)
      case 'synced':
        introduced = true
        return setWritable(event.writer)
      case 'lost':
        introduced = false
        return
      case 'refused':
        return setWritable(false)
    }
  }

  function setWritable(writable: boolean) {
    foreign.setRepairing(writable && connection.state.get().state === 'connected')
    lock.set(writable)
    explainTab()
  }

  function onUpdate(update: ViewUpdate) {
    const remote = update.transactions.some((each) => each.annotation(ySyncAnnotation) !== undefined)
    if (update.docChanged) {
      language.textChanged()
      if (remote) onRemoteText(update)
      else onTyped()
    }
    if (update.focusChanged && view.hasFocus) onFocus()
    if (update.selectionSet && !remote) activity.moved()
    if (!update.selectionSet && !update.docChanged) return
    if (activity.visited) presence.touch()
    surroundings.placeChanged()
  }

  function onTyped() {
    activity.wrote()
    announcements.typed()
    surroundings.peopleChanged()
  }

  function onRemoteText(update: ViewUpdate) {
    tracker.textArrived()
    for (const client of writers) presence.wrote(client)
    if (!introduced || !activity.visited || writers.length === 0) return
    const names = writers.map((client) => presence.peers.get(client)?.state.name ?? words.someone)
    for (const { where, lines } of nearbyChanges(update))
      for (const name of names) announcements.changed(name, lines, where)
  }

  function onFocus() {
    activity.entered()
    presence.touch()
    surroundings.peopleChanged()
    explainTab()
  }

  /** Once, to somebody who is in a text that Tab indents. */
  function explainTab() {
    if (isTabExplained || view.state.readOnly || !view.hasFocus) return
    isTabExplained = true
    announcements.say(words.tab)
  }

  /** Another tab of yours. */
  function isYou({ state, client }: Peer): boolean {
    return presence.self !== null && personKey(presence.self, ydoc.clientID) === personKey(state, client)
  }

  function announceConnection() {
    const now = connection.state.get()
    lock.setWords(waitingWords(now))
    if (now.state === 'offline') {
      const offline = now.restarting ? words.restarting : words.offline
      announcements.say(lock.isWaiting ? waitingWords(now) : offline)
    } else if (now.state === 'connected' && !lock.isWaiting) announcements.say(words.online)
  }

  function scrollTo(client: number) {
    const caret = view.state.field(remoteCarets).find((each) => each.client === client)
    if (caret !== undefined)
      view.dispatch({ effects: EditorView.scrollIntoView(caret.head, { y: 'center' }) })
  }

  void start()

  return {
    saveState: saving.state,
    people: surroundings.people,
    connection: connection.state,
    position: surroundings.position,
    announcements: announcements.text,
    active: surroundings.active,
    run: (command) => runCommand(view, command, kind === 'markdown'),
    setUser: (next) => {
      presence.setUser(next)
      surroundings.peopleChanged()
    },
    setLanguage: (name) => language.set(name),
    text: () => ytext.toString(),
    jumpTo(key) {
      const [latest] = [...presence.peers.values()]
        .filter((peer) => personKey(peer.state, peer.client) === key)
        .sort((a, b) => b.activeAt - a.activeAt)
      if (latest !== undefined) scrollTo(latest.client)
    },
    focus: () => view.focus(),
    async close() {
      if (closed) return
      closed = true
      stopGuard()
      stopListening()
      connection.close()
      presence.close()
      tracker.close()
      pace.stop()
      announcements.close()
      language.close()
      lock.close()
      foreign.stop()
      view.destroy()
      undoManager.destroy()
      await device.close()
      saving.close()
      ydoc.destroy()
    },
  }
}

/** What stands where the text will be. */
function waitingWords(connection: ConnectionState): string {
  if (connection.state !== 'offline') return words.waiting
  return connection.restarting ? words.waitingForRestart : words.absent
}
