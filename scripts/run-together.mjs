// Runs programs on one Node for as long as all of them run; when one ends, the others end with it.
//
// Trap: npm, when it is ended, does not tell what it runs; who only watches for signals then runs for ever.
import { spawn } from 'node:child_process'
import path from 'node:path'
import { childEnv } from './child-env.mjs'
import { compiledCode } from './compiled-code.mjs'
import { root } from './root.mjs'

/** `programs`: `{ args, folder }` each. Exits with the code of the first that ended. */
export function runTogether(node, programs) {
  const children = programs.map(({ args, folder = '.' }) =>
    spawn(node, args, {
      cwd: path.join(root, folder),
      env: { ...compiledCode, ...childEnv(node) },
      stdio: 'inherit',
    }),
  )
  let exitCode
  let running = children.length
  for (const child of children) {
    child.on('exit', (code, signal) => {
      exitCode ??= code ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1)
      running -= 1
      if (running === 0) process.exit(exitCode)
      end('SIGTERM')
    })
  }
  const end = (signal) => {
    for (const child of children) child.kill(signal)
  }
  let interrupted = false
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // Ctrl-C reaches the whole process group: passing it on would be a second one, which means "at once".
      if (signal === 'SIGINT') interrupted = true
      if (signal === 'SIGINT' && process.stdin.isTTY) return
      end(signal === 'SIGINT' ? 'SIGINT' : 'SIGTERM')
    })
  }
  if (process.env.npm_lifecycle_event !== undefined)
    onParentGone(() => {
      if (!interrupted) end('SIGTERM')
    })
}

function onParentGone(tell) {
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    tell()
  }, 500)
  watch.unref()
}
