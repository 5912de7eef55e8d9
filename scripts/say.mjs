// What the two commands tell the person at the terminal: on stderr, so that stdout stays the program's.
const start = Date.now()

export function say(message) {
  console.error(`[weft ${((Date.now() - start) / 1000).toFixed(1)}s] ${message}`)
}

/** Ends the command with a message that says what to do. */
export function fail(message) {
  console.error(`\n[weft] ${message}\n`)
  process.exit(1)
}
