/** How long a request may take to arrive: a file more than anything else. Node alone has one time for all of them. */
import type { IncomingMessage, Server } from 'node:http'
import { limits } from '@weft/protocol'
import { apiBase } from '@weft/protocol/routes'
import type { Timers } from '@weft/sync'

const uploads = new RegExp(`^${apiBase}/(?:documents/[\\w-]+/attachments|import)(?:\\?|$)`)

/** For Node itself: the longest of them. */
export const longestRequestMs = limits.uploadMs

/** Ends requests that are no uploads as Node ends all of them after {@link longestRequestMs}. */
export function limitRequestTime(server: Server, timers: Timers): void {
  server.on('request', (request) => {
    if (isUpload(request)) return
    const cancel = timers.after(limits.requestMs, () => {
      if (request.complete || request.destroyed) return
      const error = Object.assign(new Error('the request took too long'), {
        code: 'ERR_HTTP_REQUEST_TIMEOUT',
      })
      server.emit('clientError', error, request.socket)
    })
    request.once('close', cancel)
  })
}

function isUpload({ method, url = '' }: IncomingMessage): boolean {
  return method === 'POST' && uploads.test(url)
}
