/** Hocuspocus, in memory, with its defaults. Arguments: port, folder of its modules. */
import { peerModules } from './peer-modules.ts'

interface Hocuspocus {
  readonly Server: new (options: {
    readonly port: number
    readonly address: string
    readonly quiet: true
    readonly stopOnSignals: false
  }) => { listen(): Promise<unknown> }
}

const [port, folder = ''] = process.argv.slice(2)
const load = await peerModules(folder)
const { Server } = (await load('@hocuspocus/server')) as Hocuspocus
await new Server({ port: Number(port), address: '127.0.0.1', quiet: true, stopOnSignals: false }).listen()
console.log('ready')
