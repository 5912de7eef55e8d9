import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { loader } from '../peers.ts'

/** Imports modules as if from `folder`, so that a peer gets its own yjs and ws. */
export async function peerModules(folder: string): Promise<(name: string) => Promise<unknown>> {
  const { load } = await import(pathToFileURL(path.join(folder, loader)).href)
  return load
}
