// `npm start`, `npm test`, `npm run dev` on a machine that has npm and any Node from 18 on: finds or fetches the
// tools, installs and builds what changed, then runs the task. Uses nothing but Node's own modules.
import { buildWeb } from './build-web.mjs'
import { install } from './install.mjs'
import { runTogether } from './run-together.mjs'
import { fail } from './say.mjs'
import { serverFlags } from './server-flags.mjs'
import { findNode } from './toolchain.mjs'

const server = 'apps/server/src/main.ts'
const vite = 'node_modules/vite/bin/vite.js'
const vitest = 'node_modules/vitest/vitest.mjs'
const tasks = {
  start(node, rest) {
    tasks.build(node)
    runTogether(node, [{ args: [...serverFlags, server, ...rest] }])
  },
  build(node) {
    install(node, 'start')
    if (!buildWeb(node)) fail('The web app could not be built.')
  },
  dev(node, rest) {
    install(node, 'everything')
    runTogether(node, [
      { args: [...serverFlags, '--watch', server, ...rest] },
      { args: [vite], folder: 'apps/web' },
    ])
  },
  test(node, rest) {
    install(node, 'everything')
    runTogether(node, [{ args: ['scripts/test.mjs', ...rest] }])
  },
  unit(node, rest) {
    install(node, 'everything')
    runTogether(node, [{ args: [vitest, 'run', '--project', 'unit', ...rest], folder: 'test' }])
  },
}

const [task = 'start', ...rest] = process.argv.slice(2)
const run = tasks[task]
if (run === undefined) fail(`There is no task ${task}: ${Object.keys(tasks).join(', ')}.`)
run(findNode(), rest)
