/**
 * The one-line command that runs the same simulation again. Everything that the run depends on is in it; where its output
 * goes is not. Pure.
 *
 * Faults commanded while a run went on become planned ones at the times at which they fell due.
 */
import { formatDuration } from '../base/duration.js';
import type { SimulateOptions } from './simulate-options.js';
import type { PlannedFault } from './simulate-words.js';

const MS = 1_000;

/** Options that are left out where they were not given, with the words of their flags. */
const optional: readonly (readonly [key: string, flag: string])[] = [
  ['powers', '--powers'],
  ['epochs', '--epochs'],
  ['backoff', '--backoff'],
  ['maxTimeout', '--max-timeout'],
  ['latency', '--latency'],
  ['jitter', '--jitter'],
  ['uplink', '--uplink'],
  ['loss', '--loss'],
  ['lossTransport', '--loss-transport'],
  ['duplicate', '--duplicate'],
  ['reorder', '--reorder'],
  ['reorderBy', '--reorder-by'],
  ['views', '--views'],
  ['protocol', '--protocol'],
  ['vote2To', '--vote2-to'],
  ['rotation', '--rotation'],
  ['pacemaker', '--pacemaker'],
  ['machines', '--machines'],
  ['transactions', '--transactions'],
  ['blockTransactions', '--block-transactions'],
  ['bursts', '--bursts'],
  ['transactionsFrom', '--transactions-from'],
  ['mempoolCapacity', '--mempool-capacity'],
  ['mempoolBytes', '--mempool-bytes'],
  ['mempoolPerSender', '--mempool-per-sender'],
  ['mempoolEviction', '--mempool-eviction'],
  ['mempoolExpiry', '--mempool-expiry'],
];

/** Options that a command without a scenario always names. */
const plain: readonly (readonly [key: string, flag: string])[] = [
  ['validators', '--validators'],
  ['duration', '--duration'],
  ['delay', '--delay'],
  ['timeout', '--timeout'],
  ['leaderWait', '--leader-wait'],
];

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
  const words: (string | number)[] =
    options.scenario === undefined ? ownWords(options, virtualUs) : scenarioWords(options, options.scenario);
  for (const [key, flag] of optional) {
    const text = options.given.get(key);
    if (text !== undefined) words.push(flag, quoted(text));
  }
  if (options.startUs !== undefined) words.push('--start', options.startUs);
  for (const fault of [...options.faults, ...commanded]) words.push(`--${fault.kind}`, faultWord(fault));
  for (const text of options.faultTexts) words.push('--fault', quoted(text));
  return `quorumscope simulate ${words.join(' ')}`;
}

function scenarioWords({ seed, given }: SimulateOptions, scenario: string): (string | number)[] {
  const said = plain.flatMap(([key, flag]) => (given.has(key) ? [flag, given.get(key) ?? ''] : []));
  return [quoted(scenario), '--seed', seed, ...said];
}

function ownWords(options: SimulateOptions, virtualUs: number): (string | number)[] {
  const isEndless = options.durationUs === undefined && options.views !== undefined;
  const durationUs = options.durationUs ?? Math.ceil(virtualUs / MS) * MS;
  return [
    ...['--validators', options.validators],
    ...['--seed', options.seed],
    ...(isEndless ? [] : ['--duration', formatDuration(durationUs)]),
    ...['--delay', formatDuration(options.delayUs)],
    ...['--timeout', formatDuration(options.timeoutUs)],
    ...['--leader-wait', formatDuration(options.leaderWaitUs)],
  ];
}

/** As a shell reads it back. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function faultWord(fault: PlannedFault): string {
  const who = typeof fault.validator === 'number' ? `v${fault.validator}` : fault.validator;
  const at = `${who}@${formatDuration(fault.atUs)}`;
  return fault.kind === 'slow' ? `${at}:${formatDuration(fault.delayUs)}` : at;
}
