/**
 * Broken Wefts, each with one promise taken out of the sources, and the tests that must find it out. A test that does
 * not fail on a broken build proves nothing about the right one.
 */
import type { Edit } from '../support/planted-build.ts'

export interface BrokenBuild {
  readonly edits: readonly Edit[]
  /** Each of these files has a test that fails, quickest first: every `npm test` runs that one, the long lane all. */
  readonly caughtBy: readonly string[]
  /** Only tests with such names, where the others would wait for a server that is no more. */
  readonly only?: string
}

const sync = 'packages/sync/src'
const server = 'apps/server/src'

export const brokenBuilds = {
  'synchronous=NORMAL instead of FULL': {
    edits: [
      {
        file: `${server}/storage/sqlite-connection.ts`,
        find: "['synchronous = FULL', 'synchronous', 2]",
        replace: "['synchronous = NORMAL', 'synchronous', 1]",
      },
    ],
    caughtBy: ['server/storage-crash', 'faults/power-cut'],
  },
  'a receipt before the commit': {
    edits: [
      {
        file: `${sync}/room.ts`,
        find: 'const position = entries.length === 0 ? this.#document.head : await this.#journal.append(entries)',
        replace:
          'this.#audience.committed(this.#document.head + 1)\n      const position = entries.length === 0 ? this.#document.head : await this.#journal.append(entries)',
      },
    ],
    caughtBy: ['sync/room-tells', 'protocol/rules-receipts', 'faults/kill'],
  },
  'others are told before the commit': {
    edits: [
      {
        file: `${sync}/room.ts`,
        find: 'const position = entries.length === 0 ? this.#document.head : await this.#journal.append(entries)',
        replace:
          'this.#audience.tell(merge(turn.updates), this.#document.snapshot.stateVector)\n      const position = entries.length === 0 ? this.#document.head : await this.#journal.append(entries)',
      },
    ],
    caughtBy: ['sync/room-tells', 'protocol/rules-sync'],
  },
  'what was appended is stored two seconds later': {
    edits: [
      {
        file: `${server}/storage/sqlite.ts`,
        find: "append: (document, entries) => thread.ask({ type: 'append', document, entries }),",
        replace: `append(document, entries) {
        const head = heads.get(document) ?? thread.ask({ type: 'read', document, after: 0 }).then(({ head }) => head)
        const position = head.then((head) => head + entries.length)
        heads.set(document, position)
        setTimeout(() => void thread.ask({ type: 'append', document, entries }).catch(() => {}), 2_000)
        return position
      },`,
      },
      {
        file: `${server}/storage/sqlite.ts`,
        find: 'const thread = await startThread(',
        replace: 'const heads = new Map<string, Promise<number>>()\n  const thread = await startThread(',
      },
    ],
    caughtBy: ['contract/log-adapters', 'faults/kill'],
  },
  'a fold deletes more than it has read': {
    edits: [
      {
        file: `${server}/storage/sqlite-log.ts`,
        find: 'deleteEntries.run(document, upTo)\n      arrivals.drop(document, upTo)',
        replace: 'deleteEntries.run(document, head)\n      arrivals.drop(document, head)',
      },
    ],
    caughtBy: ['contract/log-adapters', 'faults/compaction'],
  },
  'errors of a socket are not listened to': {
    edits: [
      {
        file: `${server}/ws/socket-peer.ts`,
        find: "webSocket.on('error', () => {",
        replace: "webSocket.on('never', () => {",
      },
    ],
    caughtBy: ['server/hostile-frames'],
    only: 'reserved bit',
  },
  'a viewer may send a sync step 2': {
    edits: [
      {
        file: `${sync}/intake.ts`,
        find: "if (member.peer.access !== 'write') return member.peer.close('forbidden')",
        replace: "if (member.peer.access !== 'write' && !isAnswer) return member.peer.close('forbidden')",
      },
    ],
    caughtBy: ['sync/room-defence', 'protocol/rules-connection', 'faults/protocol.fuzz'],
  },
  'a viewer may delete': {
    edits: [
      {
        file: `${sync}/intake.ts`,
        find: "if (member.peer.access !== 'write') return member.peer.close('forbidden')",
        replace:
          "if (member.peer.access !== 'write' && update[0] !== 0) return member.peer.close('forbidden')",
      },
    ],
    caughtBy: ['faults/protocol.fuzz'],
  },
  'any origin is let in': {
    edits: [
      {
        file: `${server}/access.ts`,
        find: "if (!accepted) return { refused: 'foreign-origin' }",
        replace: '',
      },
    ],
    caughtBy: ['server/access'],
  },
  'text is not checked for UTF-8': {
    edits: [
      {
        file: `${sync}/update-reader.ts`,
        find: "if (second < low || second > high) throw new MalformedUpdate('not UTF-8')",
        replace: '',
      },
    ],
    caughtBy: ['faults/protocol.fuzz'],
  },
  'a slow reader is queued for without end': {
    edits: [
      {
        file: `${sync}/outbox.ts`,
        find: 'if (this.#peer.queuedBytes > limits.sendQueueBytes) this.#startLag(has)\n    else this.#peer.send(framed)',
        replace: 'this.#peer.send(framed)',
      },
    ],
    caughtBy: ['sync/room-defence', 'server/hostile-slow-reader'],
  },
  'presence does not return to its sender': {
    edits: [
      {
        file: `${sync}/audience.ts`,
        find: 'for (const member of members) member.send(framed, snapshot.stateVector)',
        replace:
          'if (members.size > 1) for (const member of members) member.send(framed, snapshot.stateVector)',
      },
    ],
    caughtBy: ['protocol/rules-presence'],
    only: 'returns to its sender',
  },
  'any lineage is let in': {
    edits: [
      {
        file: `${sync}/rooms.ts`,
        find: 'if (lineage === null || lineage === room.lineage) return',
        replace: 'if (lineage !== undefined) return',
      },
    ],
    caughtBy: ['sync/room-life', 'protocol/rules-connection'],
  },
  'checksums are not compared': {
    edits: [
      {
        file: `${server}/storage/sqlite-log.ts`,
        find: 'if (row.checksum !== entryChecksum(document, position, row))',
        replace: 'if (row.checksum === undefined)',
      },
    ],
    caughtBy: ['server/storage-damage', 'faults/bit-rot'],
  },
  'a room that was idle closes without looking again': {
    edits: [
      {
        file: `${sync}/rooms.ts`,
        find: 'if (!room.isQuiet || this.#places.get(document) !== place) return',
        replace: 'if (this.#places.get(document) !== place) return',
      },
    ],
    caughtBy: ['sync/room-life'],
  },
  'anybody may continue a client id': {
    edits: [
      {
        file: `${sync}/owners.ts`,
        find: 'if (owner !== undefined && owner !== actor)',
        replace: 'if (owner === null)',
      },
    ],
    caughtBy: ['sync/forgery', 'protocol/rules-sync'],
  },
  'deletes are written as they came': {
    edits: [{ file: `${sync}/delete-set.ts`, find: 'return low * 2', replace: 'return ranges.length' }],
    caughtBy: ['sync/merge.fuzz'],
  },
  'what came just before a crash is not looked for': {
    edits: [
      {
        file: `${server}/storage/sqlite-arrivals.ts`,
        find: 'WHERE position > filed ORDER BY number',
        replace: 'WHERE position > filed AND head < 0 ORDER BY number',
      },
    ],
    caughtBy: ['server/storage-crash', 'faults/kill'],
  },
  'a section that ends too early is followed for ever': {
    edits: [{ file: `${sync}/reach.ts`, find: 'if (!this.#has(errand)) return\n', replace: '' }],
    caughtBy: ['faults/poison'],
  },
  'a storage that failed is asked again': {
    edits: [
      {
        file: `${server}/storage/sqlite-writer.ts`,
        find: 'if (!undone() || isIoError(error))',
        replace: 'if (!undone())',
      },
    ],
    caughtBy: ['server/storage-full', 'faults/fsync'],
  },
} as const satisfies Readonly<Record<string, BrokenBuild>>
