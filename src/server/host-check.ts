/**
 * Guards a loopback listener against DNS rebinding: a web page in the operator's browser can make its own name point
 * to 127.0.0.1, but it cannot make the browser send another `Host` than that name.
 */

const LOCAL = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(?::\d{1,5})?$/i;

/**
 * Whether a request with this `Host` may be answered. Any port is fine, because it may be forwarded. An absent
 * header is fine: no browser leaves it out.
 */
export function isLocalHost(host: string | undefined): boolean {
  return host === undefined || LOCAL.test(host);
}
