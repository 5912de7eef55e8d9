/**
 * Headers on every answer. No page of this server runs a script from elsewhere or inline, is shown in a frame, or
 * tells other sites where its reader was: a document's address may be all that protects it.
 */
import type { Context } from 'hono'
import { secureHeaders } from 'hono/secure-headers'

export const secured = secureHeaders({
  // An answer may be stricter.
  overwrite: false,
  contentSecurityPolicy: {
    defaultSrc: ["'self'"],
    scriptSrc: ["'self'"],
    // CodeMirror writes its style sheets into the page.
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'data:', 'blob:'],
    connectSrc: ["'self'", socketsHere],
    objectSrc: ["'none'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
    formAction: ["'self'"],
  },
  xFrameOptions: 'DENY',
  referrerPolicy: 'no-referrer',
  crossOriginOpenerPolicy: 'same-origin',
  crossOriginResourcePolicy: 'same-origin',
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  // Whether all of a host speaks TLS is for its proxy to say.
  strictTransportSecurity: false,
  permissionsPolicy: { camera: [], microphone: [], geolocation: [], payment: [], usb: [] },
})

/** Older browsers do not count WebSockets of the same host as 'self'. */
function socketsHere(c: Context): string {
  const host = c.req.header('host') ?? ''
  return /^[\w.:[\]-]+$/.test(host) ? `ws://${host} wss://${host}` : "'self'"
}
