import type { Bus } from '@weft/sync'

/** For one node: there is nobody to tell and nobody to hear. */
export const localBus: Bus = {
  subscribe: () => Promise.resolve(() => {}),
  publish: () => {},
}
