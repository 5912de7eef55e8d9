/** One client opens one document; see {@link OpeningJob}. */
import { openConnection } from './connection.ts'
import { allSynced } from './crowd.ts'
import { type OpeningAnswer, type OpeningJob, roomName } from './jobs.ts'

export async function opening({ target, room }: OpeningJob): Promise<OpeningAnswer> {
  const began = performance.now()
  const connection = openConnection({ port: target.port, dialect: target.dialect, room: roomName(room) })
  await allSynced([connection])
  const { syncBeganAt, syncedAt, bytes } = connection
  connection.end()
  return { firstMs: syncBeganAt - began, allMs: syncedAt - began, bytes }
}
