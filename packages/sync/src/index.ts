export { type Base, baseOf } from './base.ts'
export { ForeignClient, LineageMismatch, MalformedUpdate, UpdateGap } from './errors.ts'
export { frame, messagesIn } from './outbox.ts'
export {
  type Bus,
  type BusMessage,
  type BusSubscriber,
  type ClientOwners,
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
export type { RoomDeps } from './room.ts'
export { type Membership, Rooms, type RoomsStats } from './rooms.ts'
