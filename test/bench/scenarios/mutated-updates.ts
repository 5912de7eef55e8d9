/** B15: updates that no Yjs made. */
import { fileURLToPath } from 'node:url'
import { runNode } from '../children.ts'
import type { Scenario, Values } from '../scenario.ts'

const program = fileURLToPath(new URL('../programs/mutated-updates.ts', import.meta.url))

export const mutatedUpdates: Scenario = {
  id: 'mutated-updates',
  title: '20,000 mutated updates',
  about:
    'Real updates with bytes changed or cut off. An update that passes and that Yjs rejects would break the document for everybody. Times of the slowest update: of the check the best of five, of Yjs one.',
  subjects: ['markdown', 'yjs'],
  columns: [
    { key: 'count', title: 'updates' },
    { key: 'accepted', title: 'accepted' },
    { key: 'poisoned', title: 'accepted, Yjs rejects' },
    { key: 'slowestScan', title: 'slowest check ms' },
    { key: 'slowestYjs', title: 'slowest in Yjs ms' },
  ],
  async measure(subject, bench) {
    const { history } = await bench.documents()
    const count = bench.quick ? 5_000 : 20_000
    return (await runNode(program, {
      place: 'server',
      arguments: [history, subject, String(count), '1'],
    })) as Values
  },
}
