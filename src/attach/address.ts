/**
 * Where events are attached: `unix:///path` or `tcp://127.0.0.1:port`. Nothing but loopback: the stream
 * is not authenticated. Producer and sidecar find each other by the same default.
 */
import { existsSync } from 'node:fs';
import { QuorumscopeError } from '../base/errors.js';

/** A parsed address. */
export type Address =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

const SYSTEM_FOLDER = '/run/quorumscope';
const SOCKET_NAME = 'events.sock';

/** @throws QuorumscopeError `attach.address` when `text` is neither form, or not loopback */
export function parseAddress(text: string): Address {
  const path = /^unix:\/\/(\/.+)$/.exec(text)?.[1];
  if (path !== undefined) return { kind: 'unix', path };
  const tcp = /^tcp:\/\/(\[[^\]]+\]|[^:/[\]]+):(\d{1,5})$/.exec(text);
  const host = tcp?.[1]?.replaceAll(/[[\]]/g, '');
  const port = Number(tcp?.[2]);
  if (host === undefined || port > 65_535) {
    throw bad(text, 'is neither unix:///path nor tcp://127.0.0.1:port');
  }
  if (!isLoopback(host)) throw bad(text, 'is not on loopback: events are not authenticated');
  return { kind: 'tcp', host, port };
}

/** The address as text, such that `parseAddress` gives it back. */
export function formatAddress(address: Address): string {
  if (address.kind === 'unix') return `unix://${address.path}`;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `tcp://${host}:${address.port}`;
}

/**
 * `QUORUMSCOPE_EVENTS` where it is set; else the socket in /run/quorumscope where that folder exists;
 * else in the user's runtime folder.
 * @throws QuorumscopeError `attach.address` when the variable is set to something else
 */
export function defaultAddress(env: Readonly<Record<string, string | undefined>>): Address {
  const said = env['QUORUMSCOPE_EVENTS'];
  if (said !== undefined && said !== '') return parseAddress(said);
  return { kind: 'unix', path: `${defaultFolder(env)}/${SOCKET_NAME}` };
}

function defaultFolder(env: Readonly<Record<string, string | undefined>>): string {
  if (existsSync(SYSTEM_FOLDER)) return SYSTEM_FOLDER;
  const runtime = env['XDG_RUNTIME_DIR'];
  if (runtime !== undefined && runtime !== '') return `${runtime}/quorumscope`;
  return `/tmp/quorumscope-${process.getuid?.() ?? 0}`;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

function bad(text: string, problem: string): QuorumscopeError {
  return new QuorumscopeError('attach.address', 'configuration', `the address ${text} ${problem}`, {
    details: { address: text },
  });
}
