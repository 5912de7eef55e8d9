import path from 'node:path'
import { root } from './root.mjs'

/**
 * Where Node keeps what it made of the sources, types taken out and compiled, from one start to the next: half of a
 * start is that work, in each thread anew, and the tool that takes types out stays in memory (about 45 MB in all).
 * What a source file became is kept under its content, so it is never out of date. A folder that cannot be written
 * is done without.
 */
export const compiledCode = { NODE_COMPILE_CACHE: path.join(root, '.cache/compiled') }
