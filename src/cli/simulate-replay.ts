/**
 * The one-line command that runs the same simulation again. Everything that the run depends on is in it; where its output
 * goes is not. Pure.
 *
 * Faults commanded while a run went on become planned ones at the times at which they fell due.
 */
import { formatDuration } from '../config/duration.js';
import type { PlannedFault, SimulateOptions } from './simulate-options.js';

const MS = 1_000;

/**
 * @param commanded faults that came over the control channel, at whole milliseconds
 * @param virtualUs how long the run lasted; used where no duration was given
 */
export function replayCommand(
  options: SimulateOptions,
  commanded: readonly PlannedFault[],
  virtualUs: number,
): string {
  if (options.swarmRun !== undefined) return `quorumscope simulate --swarm-run ${options.swarmRun}`;
  const durationUs = options.durationUs ?? Math.ceil(virtualUs / MS) * MS;
  const words: (string | number)[] = [
    ...['--validators', options.validators],
    ...['--seed', options.seed],
    ...['--duration', formatDuration(durationUs)],
    ...['--delay', formatDuration(options.delayUs)],
    ...['--timeout', formatDuration(options.timeoutUs)],
    ...['--leader-wait', formatDuration(options.leaderWaitUs)],
  ];
  if (options.protocol !== 'chained') words.push('--protocol', options.protocol);
  if (options.rotation !== 'round-robin') words.push('--rotation', options.rotation);
  if (options.pacemaker !== 'timeout') words.push('--pacemaker', options.pacemaker);
  if (options.machines !== 'ideal') words.push('--machines', options.machines);
  if (options.transactions > 0) words.push('--transactions', options.transactions);
  if (options.startUs !== undefined) words.push('--start', options.startUs);
  for (const fault of [...options.faults, ...commanded]) words.push(`--${fault.kind}`, faultWord(fault));
  return `quorumscope simulate ${words.join(' ')}`;
}

function faultWord(fault: PlannedFault): string {
  const who = typeof fault.validator === 'number' ? `v${fault.validator}` : fault.validator;
  const at = `${who}@${formatDuration(fault.atUs)}`;
  return fault.kind === 'slow' ? `${at}:${formatDuration(fault.delayUs)}` : at;
}
