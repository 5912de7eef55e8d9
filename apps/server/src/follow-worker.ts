/** The thread in which texts are followed: it keeps them from step to step, so a long task of others must not end it. */
import { parentPort } from 'node:worker_threads'
import type { FollowedStep, FollowTask } from './follow-tasks.ts'
import { followedTexts } from './followed-texts.ts'
import { type TaskResult, taskThreadReady } from './task-thread.ts'

if (parentPort === null) throw new Error('follow-worker.ts runs as a worker thread')
const port = parentPort
const followed = followedTexts()

port.on('message', (task: FollowTask) => {
  let result: TaskResult<readonly FollowedStep[] | null>
  try {
    result = { done: followed.follow(task) }
  } catch (error) {
    result = { failed: error instanceof Error ? `${error.name}: ${error.message}` : 'unknown' }
  }
  port.postMessage(result)
})

port.postMessage(taskThreadReady)
