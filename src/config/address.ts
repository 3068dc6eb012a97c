/**
 * Addresses in the configuration: `host:port` to listen on, and `unix:///path` or `tcp://host:port` for the
 * event doors. Nothing is resolved here: whether a host is loopback is read from its text alone, so a
 * name other than `localhost` never counts as loopback.
 */

/** Where to listen. Port 0 takes any free port. */
export interface ListenAddress {
  /** Without the brackets of IPv6. */
  readonly host: string;
  readonly port: number;
}

/** `127.0.0.1:10920`, `localhost:0`, `[::1]:10920`; undefined when it is none. */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:/[\]]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  return host === undefined || port > 65_535 ? undefined : { host, port };
}

/** The text that `parseListenAddress` reads back. */
export function formatListenAddress({ host, port }: ListenAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether nobody outside this machine can reach it. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

/** Path of a `unix:///path` address; undefined when it is none. A kernel takes at most 107 bytes. */
export function unixPath(address: string): string | undefined {
  const path = /^unix:\/\/(\/[^\0]+)$/.exec(address)?.[1];
  return path !== undefined && Buffer.byteLength(path) <= 107 ? path : undefined;
}

/** Host and port of a `tcp://host:port` address; undefined when it is none. */
export function tcpAddress(address: string): ListenAddress | undefined {
  return address.startsWith('tcp://') ? parseListenAddress(address.slice('tcp://'.length)) : undefined;
}
