/**
 * The schema's history, in order. A migration that has been released is never changed: the next one corrects it.
 * That is why lists such as the kinds stand here in full instead of being imported.
 */

/** The words in which SQL databases differ. */
export interface SqlWords {
  /** A whole number of 53 bits or more. */
  readonly whole: string
  readonly bytes: string
  /** Behind the columns of a table that is read by its primary key. */
  readonly keyed: string
  /** Behind those of a table that lies in the order of its whole number. */
  readonly inOrder: string
}

export interface Migration {
  readonly name: string
  readonly statements: (words: SqlWords) => readonly string[]
}

/** A migration's number is its place, from 1. */
export const migrations: readonly Migration[] = [
  {
    name: 'documents, updates, snapshots',
    statements: ({ whole, bytes, keyed, inOrder }) => [
      `CREATE TABLE documents (
        id TEXT NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 64),
        title TEXT NOT NULL,
        title_folded TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('markdown', 'text', 'code', 'yjs')),
        language TEXT,
        lineage TEXT NOT NULL,
        head ${whole} NOT NULL CHECK (head >= 0),
        filed ${whole} NOT NULL,
        created_by TEXT NOT NULL,
        created_at ${whole} NOT NULL,
        updated_at ${whole} NOT NULL,
        trashed_at ${whole}
      ) ${keyed}`,
      'CREATE INDEX documents_by_change ON documents (updated_at DESC, id) WHERE trashed_at IS NULL',
      'CREATE INDEX trash_by_change ON documents (updated_at DESC, id) WHERE trashed_at IS NOT NULL',
      `CREATE TABLE updates (
        document TEXT NOT NULL REFERENCES documents (id),
        position ${whole} NOT NULL CHECK (position >= 1),
        actor TEXT NOT NULL,
        at ${whole} NOT NULL,
        bytes ${bytes} NOT NULL,
        checksum ${whole} NOT NULL,
        PRIMARY KEY (document, position)
      ) ${keyed}`,
      // Not keyed by document, and without a reference to check: see sqlite-arrivals.ts.
      `CREATE TABLE arrivals (
        number ${whole} NOT NULL PRIMARY KEY,
        document TEXT NOT NULL,
        position ${whole} NOT NULL,
        actor TEXT NOT NULL,
        at ${whole} NOT NULL,
        bytes ${bytes} NOT NULL,
        checksum ${whole} NOT NULL
      ) ${inOrder}`,
      `CREATE TABLE snapshots (
        document TEXT NOT NULL PRIMARY KEY REFERENCES documents (id),
        position ${whole} NOT NULL CHECK (position >= 1),
        at ${whole} NOT NULL,
        bytes ${bytes} NOT NULL,
        pieces TEXT,
        owners TEXT NOT NULL,
        index_bytes ${bytes},
        checksum ${whole} NOT NULL
      ) ${keyed}`,
      // What comes before the bytes of a large snapshot: see sqlite-snapshots.ts.
      `CREATE TABLE snapshot_pieces (
        pieces TEXT NOT NULL,
        number ${whole} NOT NULL,
        bytes ${bytes} NOT NULL,
        PRIMARY KEY (pieces, number)
      ) ${keyed}`,
      `CREATE TABLE loose_pieces (pieces TEXT NOT NULL PRIMARY KEY) ${keyed}`,
      `CREATE TABLE probe (
        id ${whole} NOT NULL PRIMARY KEY CHECK (id = 1),
        at ${whole} NOT NULL
      ) ${keyed}`,
    ],
  },
  {
    name: 'changes, kept snapshots, answers',
    statements: ({ whole, bytes, keyed, inOrder }) => [
      // Entries that were folded: see sqlite-history.ts.
      `CREATE TABLE changes (
        document TEXT NOT NULL REFERENCES documents (id),
        first ${whole} NOT NULL CHECK (first >= 1),
        last ${whole} NOT NULL CHECK (last >= first),
        since ${whole} NOT NULL,
        until ${whole} NOT NULL,
        bytes ${bytes} NOT NULL,
        checksum ${whole} NOT NULL,
        PRIMARY KEY (document, last)
      ) ${keyed}`,
      // The columns of `snapshots`, whose rows come here.
      `CREATE TABLE kept_snapshots (
        document TEXT NOT NULL REFERENCES documents (id),
        position ${whole} NOT NULL CHECK (position >= 1),
        at ${whole} NOT NULL,
        bytes ${bytes} NOT NULL,
        pieces TEXT,
        owners TEXT NOT NULL,
        index_bytes ${bytes},
        checksum ${whole} NOT NULL,
        PRIMARY KEY (document, position)
      ) ${keyed}`,
      // What was answered to requests with an Idempotency-Key; without status while one is carried out.
      `CREATE TABLE answers (
        number ${whole} NOT NULL PRIMARY KEY,
        actor TEXT NOT NULL,
        key TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        at ${whole} NOT NULL,
        status ${whole},
        headers TEXT,
        body ${bytes},
        UNIQUE (actor, key)
      ) ${inOrder}`,
      'CREATE INDEX answers_by_time ON answers (at)',
    ],
  },
  {
    name: 'notes of answers',
    // What a repeat has to know of a request that was not answered.
    statements: () => ['ALTER TABLE answers ADD COLUMN note TEXT'],
  },
  {
    name: 'folders, tags, stars, openings',
    statements: ({ whole, keyed }) => [
      'ALTER TABLE documents ADD COLUMN title_key TEXT',
      'UPDATE documents SET title_key = substr(title_folded, 1, 100)',
      // 0: outside the trash, 1: in it, 2: deleted for good.
      `ALTER TABLE documents ADD COLUMN shelf ${whole} NOT NULL DEFAULT 0`,
      'UPDATE documents SET shelf = 1 WHERE trashed_at IS NOT NULL',
      // No reference: what is in the trash may name a folder that is gone.
      'ALTER TABLE documents ADD COLUMN folder TEXT',
      // A list in JSON.
      "ALTER TABLE documents ADD COLUMN tags TEXT NOT NULL DEFAULT '[]'",
      `ALTER TABLE documents ADD COLUMN pinned ${whole} NOT NULL DEFAULT 0`,
      `ALTER TABLE documents ADD COLUMN template ${whole} NOT NULL DEFAULT 0`,
      'DROP INDEX documents_by_change',
      'DROP INDEX trash_by_change',
      // One for each order, of all and of a folder: see document-pages.ts.
      'CREATE INDEX documents_updated ON documents (shelf, updated_at, id)',
      'CREATE INDEX documents_created ON documents (shelf, created_at, id)',
      'CREATE INDEX documents_title ON documents (shelf, title_key, id)',
      'CREATE INDEX folder_updated ON documents (folder, shelf, updated_at, id) WHERE folder IS NOT NULL',
      'CREATE INDEX folder_created ON documents (folder, shelf, created_at, id) WHERE folder IS NOT NULL',
      'CREATE INDEX folder_title ON documents (folder, shelf, title_key, id) WHERE folder IS NOT NULL',
      'CREATE INDEX documents_by_author ON documents (created_by, shelf)',
      'CREATE INDEX documents_pinned ON documents (shelf) WHERE pinned = 1',
      'CREATE INDEX trash_by_time ON documents (trashed_at) WHERE shelf = 1',
      `CREATE TABLE folders (
        id TEXT NOT NULL PRIMARY KEY,
        parent TEXT REFERENCES folders (id),
        name TEXT NOT NULL,
        created_by TEXT NOT NULL,
        created_at ${whole} NOT NULL
      ) ${keyed}`,
      "CREATE UNIQUE INDEX folders_by_name ON folders (coalesce(parent, ''), name)",
      'CREATE INDEX folders_by_parent ON folders (parent)',
      // Of documents outside the trash.
      `CREATE TABLE document_tags (
        tag TEXT NOT NULL,
        document TEXT NOT NULL REFERENCES documents (id),
        PRIMARY KEY (tag, document)
      ) ${keyed}`,
      'CREATE INDEX document_tags_by_document ON document_tags (document)',
      `CREATE TABLE tags (tag TEXT NOT NULL PRIMARY KEY, documents ${whole} NOT NULL) ${keyed}`,
      'CREATE INDEX tags_by_use ON tags (documents DESC, tag)',
      `CREATE TABLE stars (
        actor TEXT NOT NULL,
        document TEXT NOT NULL REFERENCES documents (id),
        at ${whole} NOT NULL,
        PRIMARY KEY (actor, document)
      ) ${keyed}`,
      'CREATE INDEX stars_by_document ON stars (document)',
      `CREATE TABLE openings (
        actor TEXT NOT NULL,
        document TEXT NOT NULL REFERENCES documents (id),
        at ${whole} NOT NULL,
        PRIMARY KEY (actor, document)
      ) ${keyed}`,
      'CREATE INDEX openings_by_actor ON openings (actor, at DESC, document)',
      'CREATE INDEX openings_by_document ON openings (document)',
      'CREATE INDEX openings_by_time ON openings (at)',
      // Deleted for good, and not all taken away yet: see sqlite-purges.ts.
      `CREATE TABLE purges (document TEXT NOT NULL PRIMARY KEY) ${keyed}`,
    ],
  },
  {
    name: 'attachments, imports',
    statements: ({ whole, keyed }) => [
      `CREATE TABLE attachments (
        id TEXT NOT NULL PRIMARY KEY,
        document TEXT NOT NULL REFERENCES documents (id),
        name TEXT NOT NULL,
        type TEXT NOT NULL,
        bytes ${whole} NOT NULL,
        digest TEXT NOT NULL,
        created_by TEXT NOT NULL,
        created_at ${whole} NOT NULL,
        unmentioned_since ${whole}
      ) ${keyed}`,
      'CREATE INDEX attachments_by_document ON attachments (document, created_at, id)',
      'CREATE INDEX attachments_by_digest ON attachments (digest)',
      `CREATE TABLE imports (
        id TEXT NOT NULL PRIMARY KEY,
        actor TEXT NOT NULL,
        state TEXT NOT NULL,
        started_at ${whole} NOT NULL,
        ended_at ${whole},
        report TEXT NOT NULL
      ) ${keyed}`,
    ],
  },
  {
    name: 'events',
    statements: ({ whole, keyed, inOrder }) => [
      // See event-store.ts.
      `CREATE TABLE events (
        sequence ${whole} NOT NULL PRIMARY KEY,
        type TEXT NOT NULL,
        document TEXT NOT NULL,
        at ${whole} NOT NULL,
        actor TEXT,
        revision ${whole} NOT NULL,
        title TEXT NOT NULL,
        language TEXT
      ) ${inOrder}`,
      'CREATE INDEX events_by_document ON events (document, sequence)',
      "CREATE UNIQUE INDEX changed_once ON events (document) WHERE type = 'changed'",
      // The last sequence that was given out, and the last that is not kept any more.
      `CREATE TABLE event_ends (
        id ${whole} NOT NULL PRIMARY KEY CHECK (id = 1),
        last ${whole} NOT NULL,
        dropped ${whole} NOT NULL
      ) ${keyed}`,
      'INSERT INTO event_ends (id, last, dropped) VALUES (1, 0, 0)',
      // Documents whose content changed since their last event.
      `CREATE TABLE untold_changes (document TEXT NOT NULL PRIMARY KEY) ${keyed}`,
    ],
  },
  {
    name: 'webhooks, deliveries',
    statements: ({ whole, keyed, inOrder }) => [
      `CREATE TABLE webhooks (
        id TEXT NOT NULL PRIMARY KEY,
        url TEXT NOT NULL,
        document TEXT,
        events TEXT NOT NULL,
        description TEXT,
        secret TEXT NOT NULL,
        previous_secret TEXT,
        previous_until ${whole},
        created_by TEXT NOT NULL,
        created_at ${whole} NOT NULL,
        updated_at ${whole} NOT NULL,
        disabled_at ${whole},
        disabled_reason TEXT,
        failing_since ${whole},
        told ${whole} NOT NULL
      ) ${keyed}`,
      // See webhook-store.ts. One that is being sent when the server dies waits again.
      `CREATE TABLE deliveries (
        number ${whole} NOT NULL PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        webhook TEXT NOT NULL REFERENCES webhooks (id),
        event TEXT NOT NULL,
        document TEXT,
        payload TEXT NOT NULL,
        created_at ${whole} NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'delivered', 'failed')),
        attempts ${whole} NOT NULL,
        next_at ${whole} NOT NULL,
        first_at ${whole},
        last_at ${whole},
        status ${whole},
        response TEXT,
        error TEXT
      ) ${inOrder}`,
      'CREATE INDEX deliveries_by_webhook ON deliveries (webhook, number)',
      'CREATE INDEX deliveries_by_document ON deliveries (document) WHERE document IS NOT NULL',
      "CREATE INDEX waiting_deliveries ON deliveries (webhook, next_at, number) WHERE state = 'waiting'",
    ],
  },
  {
    name: 'deliveries by what they are looked up by',
    statements: () => [
      'CREATE INDEX deliveries_of_document ON deliveries (webhook, document, number) WHERE document IS NOT NULL',
      "CREATE INDEX finished_deliveries ON deliveries (webhook, number) WHERE state IN ('delivered', 'failed')",
    ],
  },
  {
    name: 'answers by document',
    statements: () => [
      'ALTER TABLE answers ADD COLUMN document TEXT',
      'CREATE INDEX answers_by_document ON answers (document) WHERE document IS NOT NULL',
    ],
  },
  {
    // As folded-text.ts folds them since, and document-order.ts makes what they are sorted by.
    name: 'titles with İ and ẞ',
    statements: () => [
      `UPDATE documents SET title_folded = replace(replace(title_folded, 'i\u0307', 'i'), 'ß', 'ss')
       WHERE title_folded LIKE '%i\u0307%' OR title_folded LIKE '%ß%'`,
      `UPDATE documents SET title_key = substr(title_folded, 1, 100)
       WHERE title_key LIKE '%i\u0307%' OR title_key LIKE '%ß%'`,
    ],
  },
]
