import type { Bus } from '@weft/sync'

/** For one node: there is nobody to tell and nobody to hear. */
export function localBus(): Bus {
  return {
    subscribe: () => Promise.resolve(() => {}),
    publish: () => {},
  }
}
