/** `quorumscope status`: asks a running sidecar what is attached. Exit 1 when none answers. */
import { STATUS_PATH } from '../server/routes/status.js';
import type { SidecarStatus } from '../status.js';
import type { CliContext, ExitCode } from './context.js';
import { loadConfig, type ConfigOptions } from './load-config.js';
import { askSidecar, describeFailure, sidecarUrl } from './sidecar-client.js';
import { renderStatus } from './status-view.js';

/** Words of the command line. */
export interface StatusOptions extends ConfigOptions {
  readonly url?: string;
  readonly json?: boolean;
}

export async function status(options: StatusOptions, context: CliContext): Promise<ExitCode> {
  const base = sidecarUrl(options.url, () => loadConfig(options, context));
  const asked = await askSidecar<SidecarStatus>(base, STATUS_PATH);
  if (!('document' in asked)) {
    context.stderr.write(`${describeFailure(base, asked)}\n`);
    return 1;
  }
  const { document } = asked;
  const text = options.json
    ? JSON.stringify(document, null, 2)
    : renderStatus(document, context.clock.nowUs());
  context.stdout.write(`${text}\n`);
  return 0;
}
