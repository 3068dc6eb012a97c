/**
 * Asks a running sidecar, or any Alertmanager, by HTTP, and prints what it answers. Exit 1 when it cannot answer or says no,
 * 2 when it finds what was asked for malformed.
 */
import { messageOf } from '../base/errors.js';
import type { CliContext, ExitCode } from './context.js';
import { loadConfig, type ConfigOptions } from './load-config.js';
import { sidecarUrl } from './sidecar-client.js';

/** Where it is. */
export interface PlaceOptions extends ConfigOptions {
  readonly url?: string;
}

/** What to ask with. */
export interface Asking {
  readonly method: string;
  /** Sent as JSON. */
  readonly body?: unknown;
}

const TIMEOUT_MS = 10_000;

/**
 * @param path without a leading slash
 * @param show turns the answer into what is printed
 */
export async function askAlertmanager(
  options: PlaceOptions,
  context: CliContext,
  path: string,
  asking: Asking,
  show: (answer: unknown) => string,
): Promise<ExitCode> {
  const got = await answerOf(options, context, path, asking);
  if (typeof got === 'number') return got;
  context.stdout.write(`${show(got.answer)}\n`);
  return 0;
}

/** The answer; without one what went wrong has been printed, and this is the exit code. */
export async function answerOf(
  { url, config }: PlaceOptions,
  context: CliContext,
  path: string,
  { method, body }: Asking,
): Promise<{ readonly answer: unknown } | ExitCode> {
  const base = sidecarUrl(url, () => loadConfig(config === undefined ? {} : { config }, context));
  try {
    const response = await fetch(new URL(path, `${base.replace(/\/$/, '')}/`), {
      method,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await response.text();
    if (response.ok) return { answer: text === '' ? undefined : (JSON.parse(text) as unknown) };
    context.stderr.write(`${base} answers: ${response.status} ${text.trim().split('\n')[0] ?? ''}\n`);
    return response.status === 400 ? 2 : 1;
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    context.stderr.write(`no sidecar answers at ${base}: ${messageOf(cause)}\n`);
    return 1;
  }
}
