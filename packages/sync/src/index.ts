export { refuseTraps } from './ancestry.ts'
export { type Base, baseOf } from './base.ts'
export {
  DocumentFull,
  ForeignClient,
  LineageMismatch,
  MalformedUpdate,
  RoomsFull,
  UpdateGap,
} from './errors.ts'
export { joinedUpdates } from './joined-updates.ts'
export { frame, messagesIn } from './outbox.ts'
export {
  type Bus,
  type BusMessage,
  type BusSubscriber,
  type ClientOwners,
  type Deflate,
  DocumentDamaged,
  DocumentGone,
  type FoldedLog,
  type Folder,
  type LogEntry,
  type LogPosition,
  type LogSlice,
  type Peer,
  type Reporter,
  StorageFailure,
  type Timers,
  type Unsubscribe,
  type UpdateLog,
} from './ports.ts'
export type { ProgramState } from './program-presence.ts'
export type { People, RoomCaps, RoomDeps } from './room-deps.ts'
export { type Membership, Rooms, type RoomsStats } from './rooms.ts'
