/**
 * `quorumscope run`: the sidecar until it is told to stop. It then takes no more, processes what has arrived, and
 * ends within the deadline whatever happens.
 */
import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/logger.js';
import { createSidecar, type Sidecar } from '../sidecar.js';
import { VERSION } from '../version.js';
import { renderStarted, unattached } from './attach-help.js';
import { stopped, type CliContext, type ExitCode } from './context.js';
import { keepHeapSmall } from './heap.js';
import { loadConfig, type ConfigOptions } from './load-config.js';
import { createLogger, logFormatOf } from './logger.js';
import { serviceManager } from './service-manager.js';

/** How often it is said that nothing is attached. */
const REMINDER_US = 60_000_000;

/** A supervisor kills after ten seconds or more; five leave it no reason to. */
const STOP_DEADLINE_US = 4_500_000;

export async function run(options: ConfigOptions, context: CliContext): Promise<ExitCode> {
  const config = loadConfig(options, context);
  keepHeapSmall();
  const sidecar = createSidecar(config, {
    clock: context.clock,
    logger: createLogger(config.log, context),
  });
  const { logger } = sidecar;
  const manager = serviceManager(context.environment, { clock: context.clock, logger });
  await sidecar.start();
  manager.ready();
  if (logFormatOf(config.log.format, context.stderr) === 'pretty' && config.log.level !== 'silent')
    context.stderr.write(`${renderStarted(sidecar.addresses)}\n`);
  else logger.info('the sidecar is running', started(sidecar));

  context.onHangup?.(() => void sidecar.reload());
  const reminder = context.clock.every(REMINDER_US, () => remind(sidecar, logger));
  await stopped(context.stop);
  reminder.stop();
  manager.stopping();
  logger.info('stopping');
  await stopInTime(sidecar, context, logger);
  return 0;
}

/** What the block says, as fields of one line. */
function started({ addresses }: Sidecar): Record<string, unknown> {
  const metrics = addresses.http === undefined ? {} : { metrics: `${addresses.http}/metrics` };
  return { version: VERSION, ...metrics, ...addresses };
}

/** Says that nothing is attached and what to do, while that is so. */
function remind(sidecar: Sidecar, logger: Logger): void {
  const isAttached = sidecar.status().chains.some(({ nodes }) => nodes.some((node) => node.connected));
  if (!isAttached) logger.warn(unattached(sidecar.addresses));
}

/** Stops the sidecar; what has not ended by the deadline is left behind and said. Never throws. */
export async function stopInTime(
  sidecar: Sidecar,
  { clock }: Pick<CliContext, 'clock'>,
  logger: Logger,
): Promise<void> {
  let tooLate = (): void => undefined;
  const deadline = new Promise<'late'>((resolve) => (tooLate = () => resolve('late')));
  const timer = clock.after(STOP_DEADLINE_US, tooLate);
  try {
    const outcome = await Promise.race([sidecar.stop(), deadline]);
    if (outcome === 'late') logger.warn('not everything was processed before the deadline for stopping');
    else logger.info('stopped');
  } catch (error) {
    logger.error('stopping failed', { error: messageOf(error) });
  } finally {
    timer.stop();
  }
}
