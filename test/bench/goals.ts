/** All that Weft has to reach: B0 to B17. */
import { type Goal, goalsOf, least, most } from './goal.ts'
import { oneCommit } from './scenarios/typing.ts'

const y = 'y-websocket'
const cpu = ['CPU per delivery', 'cpuMicrosPerDelivery'] as const

const b0 = goalsOf('B0', '1x500')
const b1 = goalsOf('B1', '1x200')
const b3 = goalsOf('B3', '1x50')
const b4 = goalsOf('B4', '1x10')
const b5 = goalsOf('B5', '500x2')
const b6 = goalsOf('B6', 'saturation')
const b7 = goalsOf('B7', 'join')
const b8 = goalsOf('B8', 'rejoin')
const b9 = goalsOf('B9', 'compression')
const crowd = goalsOf('B10', 'idle-1000x5')
const rooms = goalsOf('B10', 'idle-5000x1')
const b11 = goalsOf('B11', 'loaded-document')
const b12 = goalsOf('B12', 'cold-open')
const b13 = goalsOf('B13', 'stalled-reader')
const b14 = goalsOf('B14', 'receipts')
const b15 = goalsOf('B15', 'mutated-updates')
const b16 = goalsOf('B16', 'put')
const b17 = goalsOf('B17', 'library')

export const goals: readonly Goal[] = [
  b0.ratio(...cpu, [y, 'weft'], least(30), least(50)),
  b0.ratio(...cpu, ['hocuspocus', 'weft'], least(4)),
  b0.plain('p99', 'ms', 'p99', most(80)),
  b0.never('lost %', 'lossPercent'),

  b1.ratio(...cpu, [y, 'weft'], least(12), least(18)),
  b1.ratio(...cpu, ['hocuspocus', 'weft'], least(3.5)),
  b1.plain('p99', 'ms', 'p99', most(40)),
  b1.never('lost %', 'lossPercent'),

  b3.ratio(...cpu, [y, 'weft'], least(3)),
  b3.ratio(...cpu, ['hocuspocus', 'weft'], least(3.5)),
  b3.never('lost %', 'lossPercent'),

  b4.made(
    'p50 ÷ (1.5 × raw relay + one durable commit)',
    '×',
    { weft: ['weft', 'p50'], relay: ['relay', 'p50'], commit: [oneCommit, 'p50'] },
    ({ weft, relay, commit }) => weft / (1.5 * relay + commit),
    most(1),
  ),
  b4.ratio(...cpu, ['weft', y], most(0.65)),
  b4.ratio(...cpu, ['weft', 'hocuspocus'], most(0.45)),
  b4.never('lost %', 'lossPercent'),

  b5.ratio(...cpu, ['weft', y], most(0.65), most(0.55)),
  b5.ratio(...cpu, ['weft', 'relay'], most(1.5), most(1.3)),
  b5.never('lost %', 'lossPercent'),

  b6.ratio('edits/s', 'editsPerSecond', ['weft', y], least(40), least(60)),
  b6.ratio('edits/s', 'editsPerSecond', ['weft', 'hocuspocus'], least(12)),

  b7.ratio('time', 'allMs', [y, 'weft'], least(10)),
  b7.ratio('CPU', 'cpuSeconds', [y, 'weft'], least(14)),
  b7.ratio('growth of memory', 'growthMb', [y, 'weft'], least(4)),
  b8.ratio('time', 'allMs', [y, 'weft'], least(4)),

  b9.made(
    'bytes with compression ÷ without',
    '×',
    { with: ['weft, compressing', 'megabytes'], without: ['weft', 'megabytes'] },
    (bytes) => bytes.with / bytes.without,
    most(0.4),
  ),
  b9.made(
    'CPU of compressing for each client ÷ Weft',
    '×',
    { each: ['ws, compressing for each client', 'cpuSeconds'], weft: ['weft, compressing', 'cpuSeconds'] },
    ({ each, weft }) => each / weft,
    least(12),
  ),

  crowd.ratio('RSS per client', 'kilobytesPerClient', ['weft', y], most(0.85)),
  rooms.plain('CPU while nothing is due', '%', 'quietCpuPercent', most(0.1)),
  b11.ratio('RSS per document', 'megabytesPerDocument', ['live Y.Doc', 'weft'], least(10)),
  b12.ratio('first byte', 'firstMs', ['replay into a Y.Doc', 'weft'], least(100)),
  b12.plain('first byte', 'ms', 'firstMs', most(Number.POSITIVE_INFINITY), most(10)),
  b13.plain('growth by the stalled reader', 'MB', 'differenceMb', most(4), most(0)),

  b14.made(
    'p99 less one fsync',
    'ms',
    { receipt: ['weft', 'p99'], fsync: ['one fsync', 'p50'] },
    ({ receipt, fsync }) => receipt - fsync,
    most(20),
  ),
  b14.plain('main thread blocked by the disk', '%', 'blockedPercent', most(1)),
  b14.never('edits without a receipt', 'missing'),
  b15.never('accepted, Yjs rejects (Markdown)', 'poisoned', 'markdown'),
  b15.never('accepted, Yjs rejects (any Yjs document)', 'poisoned', 'yjs'),
  b15.plain('slowest check', 'ms', 'slowestScan', most(1), null, 'yjs'),

  b16.plain('PUT p50', 'ms', 'putP50', most(30), null, 'weft, while a program writes'),
  b16.ratio('typing p50', 'p50', ['weft, while a program writes', 'weft'], most(1.2)),
  b16.never('lost %', 'lossPercent', 'weft, while a program writes'),

  b17.plain('list: p50 of a page at any depth', 'ms', 'p50', most(10), null, 'page at any depth'),
  b17.plain('list: p50 of a page of a tag', 'ms', 'p50', most(10), null, 'page of a tag, at any depth'),
  b17.plain('search: p50 of any word', 'ms', 'p50', most(30), null, 'search: any word'),
  b17.plain('search: p50 of a common word', 'ms', 'p50', most(30), null, 'search: a common word'),
  b17.plain('search: p50 of a part of a word', 'ms', 'p50', most(30), null, 'search: a part of a word'),
  b17.plain('an edit is found after: p99', 'ms', 'p99', most(2_000), null, 'an edit until it is found'),
]
