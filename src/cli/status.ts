/** `quorumscope status`: asks a running sidecar how things are and what is attached. Exit 1 when none answers. */
import type { HealthReport } from '../health/health-report.js';
import { HEALTH_PATH } from '../server/routes/health.js';
import { STATUS_PATH } from '../server/routes/status.js';
import type { SidecarStatus } from '../status.js';
import type { CliContext, ExitCode } from './context.js';
import { renderHealth } from './health-view.js';
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
  // Where health is switched off there is no such route.
  const judged = await askSidecar<HealthReport>(base, HEALTH_PATH);
  const health = 'document' in judged ? judged.document : null;
  if (options.json) {
    context.stdout.write(`${JSON.stringify({ ...document, health }, null, 2)}\n`);
    return 0;
  }
  const nowUs = context.clock.nowUs();
  const parts = [...(health === null ? [] : [renderHealth(health, nowUs)]), renderStatus(document, nowUs)];
  context.stdout.write(`${parts.join('\n\n')}\n`);
  return 0;
}
