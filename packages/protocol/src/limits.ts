/** Every bound that both sides or an operator may meet, with its reason. Bytes and milliseconds. */
export const limits = {
  /** Characters. Longer ones are text, not titles. */
  titleLength: 200,
  /** Characters of a guest's name. Fits a caret label and a presence state. */
  nameLength: 60,
  /** Characters of a language name such as `typescript`. */
  languageLength: 40,
  /** The headers of an HTTP request, and the time to send them, and to send all of it. */
  headerBytes: 16 * 1024,
  headersMs: 10_000,
  requestMs: 30_000,
  /** A connection that is kept for another request. Longer than load balancers keep theirs, so that none is cut in a race. */
  keepAliveMs: 65_000,
  /** A REST body of JSON. */
  jsonBytes: 5 * 1024 * 1024,
  /** UTF-16 units of a document's text. Editors in browsers get slow beyond. */
  textLength: 4 * 1024 * 1024,
  /** A text or a diff over REST: the largest text, when all of it is outside Latin. */
  textBytes: 12 * 1024 * 1024,
  /** Edits in one list, and places that one request may change. More is another text: send it whole. */
  edits: 1_000,
  changedPlaces: 20_000,
  /** Changes that an answer lists, and the length to which it repeats their text. */
  changesTold: 100,
  changeTextLength: 200,
  /** A name of a heading, in an address or an edit. */
  headingLength: 1_000,
  /** Characters of an `Idempotency-Key`, how long its answer is kept, and the largest that is. */
  idempotencyKeyLength: 255,
  answersKeptMs: 24 * 60 * 60 * 1000,
  answerBytes: 256 * 1024,
  /** How long a request waits for the first one with its key. */
  repeatWaitMs: 10_000,
  /** A WebSocket frame of someone who may write. As large as a whole document: a smaller one would lock out
   *  a client that was offline for long, and it would retry for ever. */
  writerFrameBytes: 16 * 1024 * 1024,
  /** A WebSocket frame of someone who may only read: state vectors, and presence, which stock clients repeat. */
  viewerFrameBytes: 1024 * 1024,
  /** One binary update over REST. */
  updateBytes: 16 * 1024 * 1024,
  /** One presence state, as JSON. Real ones have 100 to 400 bytes. */
  presenceStateBytes: 4 * 1024,
  /** Client ids one connection may announce. Yjs takes a new one when two collide. */
  presenceIdsPerPeer: 4,
  /** All presence states of one message; what is larger is ignored. Two thousand people, repeated by a stock client. */
  presenceBytes: 1024 * 1024,
  /** Questions that a connection may ask at once, and the time between two after that: later ones wait. An honest
   *  client asks once, and the answer is as large as the document. */
  questionsBurst: 10,
  questionMs: 1_000,
  /** A state vector: that of a document with all its clients. */
  stateVectorBytes: 256 * 1024,
  /** Client ids of a document: each page in which somebody wrote. All of them are in every state vector. */
  clientsPerDocument: 20_000,
  /** How often somebody who goes on writing in a full document is asked whether it fits now. */
  fullRetryMs: 10_000,
  /** Nesting of arrays and objects inside an update or a presence state: deeper ones overflow stacks. */
  nesting: 64,
  /** Shared types inside each other. Yjs calls itself for each when it deletes the outermost. */
  typeNesting: 512,
  /** Clocks (characters, mostly) that one client's part of one update may cover. */
  updateClocks: 16 * 1024 * 1024,
  /** Yjs draws client ids from 32 bits; wider ones mis-merge in other implementations. */
  maxClientId: 2 ** 32 - 1,
  /** A presence state that its client did not renew is taken away. Clients renew every 15 s. */
  presenceExpiryMs: 45_000,
  /** How long a program that wrote over REST is shown where it wrote. */
  programPresenceMs: 6_000,
  /** Bytes of updates a room may hold that are not committed; above it stops reading from its peers. */
  uncommittedBytes: 8 * 1024 * 1024,
  /** Bytes waiting for one slow reader before it is served by state vector instead. */
  sendQueueBytes: 1024 * 1024,
  /** Answers from this size on are compressed for those who can inflate them. */
  compressibleBytes: 16 * 1024,
  /** How long a reader that lags may take next to nothing before it is sent away. */
  laggingMs: 15_000,
  /** What it takes at least in that time. A slow line does; a reader that only pretends holds memory for longer. */
  laggingBytes: 128 * 1024,
  /** Between two words of the revision to those who did not bring it about: for people, who read it. */
  revisionMs: 1_000,
  /** A document without people leaves memory after this. */
  idleRoomMs: 30_000,
  /** WebSocket ping, and an application message when nothing else was sent: stock clients leave after 30 s. */
  heartbeatMs: 20_000,
  /** No sign of life for this long: the connection is dead. */
  deadMs: 45_000,
  /** Before a final close: y-websocket ≤ 3.0 comes back ten times a second when it is closed at once. */
  finalCloseDelayMs: 2_500,
  /** Rights of those who are connected are looked at again after this, should nobody have told of a change. */
  rightsMs: 60_000,
  /** Upgrade request to answer. Longer means that the storage hangs: the client comes back with backoff. */
  upgradeMs: 5_000,
  /** From the upgrade to the first frames of the document. */
  joinMs: 15_000,
  /** How long the other side may take to answer a close. */
  closeTimeoutMs: 5_000,
  /** WebSocket connections of one address: an office behind one router, several tabs each. Not counted for
   *  loopback, where a reverse proxy that is not trusted stands for everybody. */
  connectionsPerAddress: 200,
  /** Of one actor: somebody with all their documents open. Not counted for those without a name of their own. */
  connectionsPerActor: 100,
  /** Of one document: an auditorium. What one person types is sent so many times. */
  connectionsPerDocument: 2_000,
  /** HTTP connections beside those, so that health checks get through when all WebSockets are taken. */
  httpConnections: 2_000,
  /** Changes over REST: a program that works all the time. */
  writesPerMinute: 600,
  /** Documents made, over REST or by opening a room. */
  createsPerHour: 300,
  /** How many actors' worth of changes come from one address before it is refused. */
  actorsPerAddress: 5,
  /** A document's state, as one update. As large as the largest message, or it could not be sent. */
  stateBytes: 16 * 1024 * 1024,
  /** All open documents together. Above it idle ones leave at once, then new ones are refused. */
  roomBytes: 512 * 1024 * 1024,
  /** WebSocket connections in all: about 14 KiB each, and file descriptors. */
  connections: 10_000,
  /** Connections of one address that wait for their final close. Above: HTTP 503, which all clients back off from. */
  refusalsPerAddress: 50,
  refusals: 1_000,
  /** A message must be complete after this, and a second more for each `messageBytesPerSecond` that came: a slow
   *  uplink may bring a whole document, a silent socket may not hold memory. */
  messageMs: 10_000,
  messageBytesPerSecond: 32 * 1024,
  /** Bytes of unfinished messages on all connections. Above it the oldest one is sent away. */
  unfinishedBytes: 256 * 1024 * 1024,
  /** Frames of one message. Browsers cut large messages into pieces of some KiB. */
  messageFragments: 4_096,
  /** Network reads of one message: a whole document in pieces of 512 bytes. */
  messageChunks: 32_768,
  /** What a connection may send for long and at once; faster ones are read more slowly, never sent away, so that
   *  a long offline sync ends. A person makes 15 messages a second, a program that replays a document thousands. */
  messagesPerSecond: 5_000,
  messagesBurst: 20_000,
  bytesPerSecond: 8 * 1024 * 1024,
  bytesBurst: 32 * 1024 * 1024,
  /** What is kept of one document to read or write on older revisions: packed changes, and snapshots among them.
   *  The oldest go first. */
  historyBytes: 64 * 1024 * 1024,
  /** One attachment: a large photograph, a scanned contract. */
  attachmentBytes: 10 * 1024 * 1024,
  /** Those of one document. */
  attachmentsPerDocument: 500,
  documentAttachmentBytes: 256 * 1024 * 1024,
  /** Characters of its name. What file systems take, with room for an ending. */
  attachmentNameLength: 200,
  /** An attachment that its document's text has not mentioned for so long is deleted. */
  attachmentGraceMs: 30 * 24 * 60 * 60 * 1_000,
  /** One file or archive to import, and what is in it when it is unpacked. */
  importBytes: 512 * 1024 * 1024,
  importUnpackedBytes: 2 * 1024 * 1024 * 1024,
  /** Files and folders in an archive. */
  importFiles: 50_000,
  /** Bytes of one document in it, before it is read as text. */
  importDocumentBytes: 16 * 1024 * 1024,
  /** Characters of a path in it. */
  importPathLength: 4_000,
  /** Characters of all paths in it: they are in memory together. */
  importPathsLength: 8 * 1024 * 1024,
  /** To make a document of one file. */
  importFileMs: 10_000,
  /** Imports of one actor. */
  importsPerHour: 60,
  /** Those under way; so many more may wait. */
  importsAtOnce: 2,
  importsWaiting: 20,
  /** Files that a report names, of each sort. The rest is counted. */
  importReportedFiles: 500,
  /** A report is kept for so long after its import ended. */
  importReportMs: 7 * 24 * 60 * 60 * 1_000,
  /** Archives of everything that are made at the same time. */
  exportsAtOnce: 2,
  /** A body that is a file may take longer than another request. */
  uploadMs: 10 * 60 * 1_000,
  /** Events of the server that are kept, the latest; who reads on from an older one is told to start over. */
  eventsKept: 100_000,
  /** How late the server's events may tell that a document's content changed. */
  changedEventMs: 5_000,
  /** Connections that follow events: in all, of one address (loopback is not counted), of one actor with a name. */
  eventStreams: 1_000,
  eventStreamsPerAddress: 200,
  eventStreamsPerActor: 50,
  /** How long a request may wait for the next event. */
  eventWaitSeconds: 60,
  /** A comment, when a stream of events has nothing else to say: proxies end what is quiet. */
  eventHeartbeatMs: 15_000,
  /** Least time between two looks at what is followed: what happens meanwhile is told together. */
  followMs: 50,
  /** Bytes of events that wait for one reader; then nothing more is read for it until it has taken them. */
  eventQueueBytes: 256 * 1024,
  /** Webhooks of the server, and of one document: each is asked about every event. */
  webhooks: 100,
  webhooksPerDocument: 10,
  webhookUrlLength: 2_000,
  /** From the name look-up to the end of the answer. */
  webhookMs: 10_000,
  /** Of an answer to a delivery, how much is read, and how much of that is kept for people to see. */
  webhookAnswerBytes: 64 * 1024,
  webhookKeptLength: 500,
  /** Deliveries that are sent at the same time; of one webhook only one is. */
  webhooksAtOnce: 16,
  /** Deliveries of one webhook that may wait: then it is disabled. */
  webhookWaiting: 10_000,
  /** Finished deliveries of one webhook that are kept for people to see. */
  webhookFinished: 1_000,
  /** How long deliveries are signed with the secret before, too. */
  webhookOverlapMs: 24 * 60 * 60 * 1_000,
  /** Documents on one page of a list. */
  pageSize: 50,
  maxPageSize: 100,
  /** Folders in all: the tree is read as a whole. */
  folders: 5_000,
  /** Folders inside each other. */
  folderDepth: 20,
  /** Characters of a folder's name. */
  folderNameLength: 100,
  /** Tags of one document, and characters of one. */
  tagsPerDocument: 20,
  tagLength: 40,
  /** Tags in one answer. */
  tagsPerAnswer: 1_000,
  /** Documents that everybody sees first: more would be a list again. */
  pinnedDocuments: 100,
  /** Documents that one actor stars. */
  starsPerActor: 1_000,
  /** Documents that an actor had open last, as far as they are remembered. */
  recentPerActor: 100,
  /** Documents that one request changes. */
  bulkDocuments: 100,
  /** UTF-16 units of a search, its words, and the results on a page. */
  searchLength: 500,
  searchWords: 16,
  searchPageSize: 20,
  /** UTF-16 units of a text, from its beginning, that are searched. */
  searchedLength: 1024 * 1024,
  /** Days that a document is in the trash before it is deleted for good. */
  trashDays: 30,
} as const
