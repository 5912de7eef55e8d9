import { openNewsDesk } from '@weft/server/following/news'
import { attendance } from '@weft/server/following/people'
import { createStreams } from '@weft/server/following/streams'
import type { HttpDeps } from '@weft/server/http/env'
import { nothingAllowed } from '@weft/server/webhooks/address-guard'

/** What routes need of those who follow, where nobody does, and no webhook is sent. */
export function nobodyFollowing(): Pick<
  HttpDeps,
  'news' | 'people' | 'streams' | 'allowedHosts' | 'dispatcher'
> {
  return {
    news: openNewsDesk().news,
    people: attendance(() => {}),
    streams: createStreams(),
    allowedHosts: nothingAllowed,
    dispatcher: { wake: () => {} },
  }
}
