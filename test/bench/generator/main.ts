/** The load generator, a process of its own: reads one job from its standard input and prints its answer. */
import { text } from 'node:stream/consumers'
import { idling } from './idling.ts'
import type { Job } from './jobs.ts'
import { joining } from './joining.ts'
import { opening } from './opening.ts'
import { typing } from './typing.ts'

const job = JSON.parse(await text(process.stdin)) as Job
const answer = await run(job)
process.stdout.write(JSON.stringify(answer), () => process.exit(0))

function run(job: Job) {
  switch (job.type) {
    case 'typing':
      return typing(job)
    case 'joining':
      return joining(job)
    case 'idling':
      return idling(job)
    case 'opening':
      return opening(job)
  }
}
