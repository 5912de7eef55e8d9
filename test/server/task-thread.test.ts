import { taskThread } from '@weft/server/task-thread'
import { describe, expect, it } from 'vitest'
import { VirtualTimers } from '../support/virtual-timers.ts'

describe('a thread for tasks', () => {
  it('gives no task the answer of another one, which came too late', async () => {
    const timers = new VirtualTimers()
    const entry = new URL('./fixtures/echo-worker.ts', import.meta.url)
    const thread = taskThread<{ name: string; answered: Int32Array }>({
      timers,
      entry,
      taskMs: 100,
      idleMs: 1_000_000,
    })
    const task = (name: string) => ({ name, answered: new Int32Array(new SharedArrayBuffer(4)) })
    await thread.ask(task('there'), [], 'awaited')

    const late = task('late')
    const tooLate = thread.ask(late, [], 'awaited')
    const next = thread.ask(task('next'), [], 'awaited')
    // As a process that was suspended: the answer is there, and so is the deadline, which is looked at first.
    Atomics.wait(late.answered, 0, 0)
    timers.advance(100)
    await expect(tooLate).rejects.toThrow('not done after 100 ms')
    expect(await next).toBe('next')
    await thread.close()
  })
})
