/** `quorumscope status`: asks a running sidecar what is attached. Exit 1 when none answers. */
import { messageOf } from '../base/errors.js';
import { formatListenAddress } from '../config/address.js';
import { STATUS_PATH } from '../server/routes/status.js';
import type { SidecarStatus } from '../status.js';
import type { CliContext, ExitCode } from './context.js';
import { loadConfig, type ConfigOptions } from './load-config.js';
import { renderStatus } from './status-view.js';

/** Words of the command line. */
export interface StatusOptions extends ConfigOptions {
  readonly url?: string;
  readonly json?: boolean;
}

const TIMEOUT_MS = 3_000;

export async function status(options: StatusOptions, context: CliContext): Promise<ExitCode> {
  const base = options.url ?? `http://${formatListenAddress(loadConfig(options, context).server.listen)}`;
  let document: SidecarStatus;
  try {
    document = await fetchStatus(base);
  } catch (error) {
    context.stderr.write(
      `no sidecar answers at ${base}: ${reasonOf(error)}\n` +
        'Start one with `quorumscope run`, or name a running one with --url http://HOST:PORT.\n',
    );
    return 1;
  }
  const text = options.json
    ? JSON.stringify(document, null, 2)
    : renderStatus(document, context.clock.nowUs());
  context.stdout.write(`${text}\n`);
  return 0;
}

async function fetchStatus(base: string): Promise<SidecarStatus> {
  const url = new URL(STATUS_PATH, base);
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new Error(`it answered ${response.status} ${(await response.text()).trim()}`);
  return (await response.json()) as SidecarStatus;
}

/** `fetch` hides the reason in the cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const { code, name } = cause as { code?: string; name?: string };
  if (code === 'ECONNREFUSED') return 'connection refused';
  if (name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1000} s`;
  return messageOf(cause);
}
