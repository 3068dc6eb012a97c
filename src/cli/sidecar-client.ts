/** Asks a running sidecar for documents, with a deadline and words for what went wrong. */
import { messageOf } from '../base/errors.js';
import type { Config } from '../config/sections.js';
import { formatListenAddress } from '../config/address.js';

/** An answer of a sidecar, or why there is none. */
export type Asked<T> =
  | { readonly document: T }
  /** It answered, and said no: 4xx. */
  | { readonly refused: string }
  /** Nobody answered. */
  | { readonly unreachable: string };

const TIMEOUT_MS = 5_000;

/** Where the sidecar is: as asked for, else as it is configured. */
export function sidecarUrl(url: string | undefined, config: () => Config): string {
  return url ?? `http://${formatListenAddress(config().server.listen)}`;
}

/** One document of the API. */
export async function askSidecar<T>(base: string, path: string): Promise<Asked<T>> {
  const got = await askRaw(base, path);
  return 'document' in got ? { document: JSON.parse(got.document.toString('utf8')) as T } : got;
}

/** One answer as it is. */
export async function askRaw(base: string, path: string): Promise<Asked<Buffer>> {
  try {
    const response = await fetch(new URL(path, base), { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const body = Buffer.from(await response.arrayBuffer());
    if (response.ok) return { document: body };
    return { refused: body.toString('utf8').trim() };
  } catch (error) {
    return { unreachable: `no sidecar answers at ${base}: ${reasonOf(error)}` };
  }
}

/** What to tell a person when there is no document, and what to do. */
export function describeFailure(base: string, asked: Exclude<Asked<unknown>, { document: unknown }>): string {
  if ('refused' in asked) return `${base} answers: ${asked.refused}`;
  const advice = 'Start one with `quorumscope run`, or name a running one with --url http://HOST:PORT.';
  return `${asked.unreachable}\n${advice}`;
}

/** `fetch` hides the reason in the cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const { code, name } = cause as { code?: string; name?: string };
  if (code === 'ECONNREFUSED') return 'connection refused';
  if (name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1000} s`;
  return messageOf(cause);
}
