import { fileURLToPath } from 'node:url'
import { runNode } from './children.ts'
import type { Answers, Job } from './generator/jobs.ts'

const program = fileURLToPath(new URL('./generator/main.ts', import.meta.url))

/** Has the generator do one job, in a process of its own. */
export async function generate<One extends Job>(job: One): Promise<Answers[One['type']]> {
  // Long-lived buffers and few survivors: a large young generation keeps pauses short.
  const flags = ['--max-semi-space-size=32']
  const answer = await runNode(program, { place: 'generator', flags, input: JSON.stringify(job) })
  return answer as Answers[One['type']]
}
