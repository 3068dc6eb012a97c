/**
 * Which alerts the truth bears out: what each of them claims, held against faults, failed views, deeds and broken rules of
 * the time before it. Pure. An alert of which nothing is listed here is borne out by nothing.
 */
import { isFaultLine, type FaultLine, type TruthLine, type ViewLine } from '../../simulator/main.js';
import type { AlertTexts } from '../../src/alerts/alert.js';

/** Longest range that rules read back, with the longest `for` of those that scenarios are long enough for. */
const BEFORE_US = 600_000_000;
/** Findings are counted for an hour, and an alert about them lasts as long. */
const LONG_BEFORE_US = 3_600_000_000;

/** What may lie behind an alert; each speaks of the time before it. */
type Ground =
  /** A fault of these kinds lasted; of the validator that the alert names, if it does. */
  | { readonly faults: readonly FaultLine['fault'][] | 'any' }
  /** As `faults`, whoever's it was: the alert names who suffers, not who is to blame. */
  | { readonly around: readonly FaultLine['fault'][] }
  /** A view failed or lagged; by the blame and cause that the alert names, if it does. */
  | 'views'
  /** A deed or a broken rule of the validator that is named. */
  | 'deeds'
  | 'violations'
  /** A lasting condition that the scenario states. */
  | { readonly condition: Condition };

/** What is so all through a run. */
export type Condition = 'loss' | 'set_changes' | 'sidecar_faults';

const CUTS = ['partition', 'one_way_partition'] as const;
const DOWN = ['crash', 'amnesia'] as const;
const halts: Ground[] = [
  { around: [...DOWN, ...CUTS, 'byzantine', 'slow', 'stall', 'starve', 'loss', 'twins'] },
  'views',
];
const own: Ground[] = [{ faults: 'any' }, 'views'];
const overload: Ground[] = [{ around: ['starve', 'stall', 'flash_crowd', ...DOWN, ...CUTS] }];
const lost: Ground[] = [{ around: [...CUTS, ...DOWN, 'loss'] }, { condition: 'loss' }];
const unheard: Ground[] = [{ condition: 'sidecar_faults' }];
const cut: Ground[] = [{ around: [...CUTS, ...DOWN] }];

/** By name, without `HotStuff`. */
const groundsOf: Readonly<Record<string, readonly Ground[]>> = {
  ChainHalted: halts,
  ViewsTimeOut: halts,
  ThroughputLow: halts,
  OneFailureFromHalt: halts,
  NetworkFailsViews: ['views'],
  ValidatorFailsViews: ['views'],
  OwnValidatorFailsViews: ['views'],
  ValidatorSilent: own,
  OwnValidatorSilent: own,
  ValidatorParticipationLow: own,
  OwnParticipationLow: own,
  NodeStalled: [...own, { around: [...CUTS] }],
  NodeBehind: [...own, { around: [...CUTS] }],
  SyncStalled: [...own, { around: [...CUTS] }],
  SafetyViolation: ['violations'],
  ValidatorByzantine: ['deeds'],
  OwnValidatorByzantine: ['deeds'],
  NodesDiverge: ['violations'],
  LeftValidatorSet: [{ condition: 'set_changes' }],
  ViewTimerTooSmall: ['views', { around: ['slow', 'starve', 'stall'] }],
  NodeIsolated: cut,
  PeersBelowQuorum: cut,
  NetworkPartitioned: cut,
  PeersUnstable: cut,
  MessageLoss: lost,
  MessagesDropped: lost,
  PeerLatencyHigh: [{ around: ['slow', 'stall', 'starve'] }],
  ClockOffset: [{ faults: ['clock'] }],
  PeerClockOffset: [{ around: ['clock'] }],
  NodeDown: [{ faults: [...DOWN] }, ...unheard],
  NodeMute: [{ faults: [...DOWN] }, ...unheard],
  NodeRestarts: [{ faults: [...DOWN] }],
  LockNotRestored: [{ faults: ['amnesia'] }],
  CpuHigh: [{ faults: ['starve'] }],
  LoopLagHigh: [{ faults: ['starve'] }],
  MemoryHigh: [{ faults: ['leak'] }],
  HeapHigh: [{ faults: ['leak'] }],
  StorageStalled: [{ faults: ['stall'] }],
  FsyncSlow: [{ faults: ['stall', 'starve'] }],
  WritesSlow: [{ faults: ['stall'] }],
  ExecutionBehind: overload,
  StateBehind: overload,
  MempoolFull: overload,
  TransactionsStuck: overload,
  MessageQueueFull: overload,
  EventsLost: unheard,
  LeaderFailsAgain: ['views'],
  EquivocationVotedFor: [{ around: ['byzantine', 'twins', 'amnesia'] }],
  NodeCrashLoop: [{ faults: [...DOWN] }],
  PeerFlapping: cut,
  SyncUnfinished: [...own, { around: [...CUTS] }],
};

/** What the truth says of an alert. */
export interface BorneOut {
  /** When what it is about began. */
  readonly sinceUs: number;
  /** When the last of it ended; undefined while it lasts. */
  readonly endedUs: number | undefined;
}

/** Everything that is known of a run. */
export interface Truths {
  readonly lines: readonly TruthLine[];
  readonly conditions: ReadonlySet<Condition>;
  readonly startUs: number;
}

/** A fault from begin to end. */
export interface Lasting {
  readonly line: FaultLine;
  readonly fromUs: number;
  readonly untilUs: number;
}

/** Whom an alert names, as validator id; undefined where it names nobody. */
export function namedBy(labels: AlertTexts): string | undefined {
  return labels['validator'] ?? labels['node_id']?.replace('node-', 'validator-');
}

/** Faults of a run as intervals. */
export function lastingFaults(lines: readonly TruthLine[]): Lasting[] {
  const faults = lines.filter(isFaultLine);
  return faults
    .filter(({ phase }) => phase === 'begin')
    .map((line) => {
      const end = faults.find(
        (other) =>
          other.phase === 'end' &&
          other.fault === line.fault &&
          other.validator === line.validator &&
          other.at_us >= line.at_us,
      );
      return { line, fromUs: line.at_us, untilUs: end?.at_us ?? Infinity };
    });
}

/** What an alert that began to fire at `atUs` is borne out by; undefined: nothing. */
export function borneOut(labels: AlertTexts, atUs: number, truths: Truths): BorneOut | undefined {
  const name = (labels['alertname'] ?? '').replace(/^HotStuff/, '');
  const found = (groundsOf[name] ?? []).flatMap((ground) => found1(ground, labels, atUs, truths));
  if (found.length === 0) return undefined;
  const endedUs = Math.max(...found.map(({ untilUs }) => untilUs));
  return {
    sinceUs: Math.min(...found.map(({ fromUs }) => fromUs)),
    endedUs: endedUs === Infinity ? undefined : endedUs,
  };
}

type Interval = Pick<Lasting, 'fromUs' | 'untilUs'>;

function found1(ground: Ground, labels: AlertTexts, atUs: number, truths: Truths): Interval[] {
  const { lines, conditions, startUs } = truths;
  const named = namedBy(labels);
  if (ground === 'views')
    return viewsBefore(lines, atUs)
      .filter((line) => isBlamed(line, labels))
      .map(({ at_us }) => ({ fromUs: at_us, untilUs: at_us }));
  if (ground === 'deeds')
    return lines.flatMap((line) => {
      if (!isBefore(line.at_us, atUs, LONG_BEFORE_US)) return [];
      const isDone = isFaultLine(line)
        ? line.phase === 'begin' &&
          ['byzantine', 'twins', 'amnesia'].includes(line.fault) &&
          line.validators.includes(named ?? '')
        : line.type === 'deed'
          ? line.validator === named
          : line.type === 'violation' && line.culprits.includes(named ?? '');
      return isDone ? [{ fromUs: line.at_us, untilUs: line.at_us + LONG_BEFORE_US }] : [];
    });
  if (ground === 'violations')
    return lines
      .filter((line) => !isFaultLine(line) && line.type === 'violation' && line.at_us <= atUs)
      .map(({ at_us }) => ({ fromUs: at_us, untilUs: Infinity }));
  if ('condition' in ground)
    return conditions.has(ground.condition) ? [{ fromUs: startUs, untilUs: Infinity }] : [];
  const kinds = 'faults' in ground ? ground.faults : ground.around;
  const isOf = 'faults' in ground ? named : undefined;
  return lastingFaults(lines).filter(
    ({ line, fromUs, untilUs }) =>
      fromUs <= atUs &&
      untilUs >= atUs - BEFORE_US &&
      (kinds === 'any' || kinds.includes(line.fault)) &&
      (isOf === undefined || line.validators.includes(isOf)),
  );
}

/** Views that failed or lagged in the time that an alert may speak of. */
export function viewsBefore(lines: readonly TruthLine[], atUs: number): ViewLine[] {
  return lines.filter(
    (line): line is ViewLine =>
      !isFaultLine(line) && line.type === 'view' && isBefore(line.at_us, atUs, BEFORE_US),
  );
}

function isBlamed(line: ViewLine, labels: AlertTexts): boolean {
  const { validator, cause } = labels;
  const causes = [line, ...Object.values(line.own)];
  if (validator !== undefined) return causes.some(({ culprits }) => culprits.includes(validator));
  return cause === undefined || cause === 'unknown' || causes.some((one) => one.cause === cause);
}

function isBefore(lineUs: number, atUs: number, forUs: number): boolean {
  return lineUs <= atUs && lineUs >= atUs - forUs;
}
