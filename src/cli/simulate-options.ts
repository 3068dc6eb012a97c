/**
 * The words of `simulate` as values. All problems are told at once, each with the option, what was found and what was
 * expected. Pure.
 */
import type { SimulationOptions, StatedFault } from '../../simulator/main.js';
import { parseDuration } from '../base/duration.js';
import { flagOf, MAX_SEED, refuseAll, Words, type PlannedFault, type RawOptions } from './simulate-words.js';

/** What to simulate, and where its output goes. */
export interface SimulateOptions {
  /** Name or path; the options say what differs from it. */
  readonly scenario: string | undefined;
  /** The options that were given, as commander keeps them, with their words. */
  readonly given: ReadonlyMap<string, string>;
  readonly validators: number;
  readonly powers: readonly number[] | undefined;
  /** Validator sets that follow each other. */
  readonly epochs: SimulationOptions['epochs'];
  readonly seed: number;
  /** Undefined: until it is stopped. */
  readonly durationUs: number | undefined;
  readonly speed: 'max' | 'realtime';
  readonly delayUs: number;
  readonly timeoutUs: number;
  readonly leaderWaitUs: number;
  readonly backoff: number | undefined;
  readonly maxTimeoutUs: number | undefined;
  /** Ends the run when a view above this is entered. */
  readonly views: number | undefined;
  readonly vote2To: 'next-leader' | 'leader' | undefined;
  /** Only what was said. */
  readonly network: NonNullable<SimulationOptions['network']>;
  readonly protocol: 'chained' | 'basic' | 'hotstuff3';
  readonly rotation: 'round-robin' | 'weighted' | 'hashed' | 'reputation';
  readonly pacemaker: 'timeout' | 'epoch';
  /** `modelled`: signatures take processor time, and disks as long as measured ones. */
  readonly machines: 'ideal' | 'modelled';
  /** Wall time of virtual time 0, microseconds since the Unix epoch; undefined: the default of the speed. */
  readonly startUs: number | undefined;
  /** Transactions per second; 0 leaves blocks empty. */
  readonly transactions: number;
  /** The rest of the load; only what was said. */
  readonly workload: Omit<NonNullable<SimulationOptions['workload']>, 'transactionsPerSecond'>;
  readonly faults: readonly PlannedFault[];
  /** Faults by `--fault`, whose validators the seed may draw. */
  readonly stated: readonly StatedFault[];
  /** As they were typed. */
  readonly faultTexts: readonly string[];
  readonly attach: string | undefined;
  readonly events: string | undefined;
  readonly truth: string | undefined;
  /** Where to write the report as a page. */
  readonly report: string | undefined;
  /** Seed of a swarm's run to run alone; it then draws the network. */
  readonly swarmRun: number | undefined;
  readonly control: boolean;
  readonly json: boolean;
}

/** Options of the load besides its rate. */
export const loadKeys = [
  ...['bursts', 'transactionsFrom', 'blockTransactions', 'mempoolCapacity', 'mempoolBytes'],
  ...['mempoolPerSender', 'mempoolEviction', 'mempoolExpiry'],
];

/** What a swarm's run draws for itself. */
const drawnKeys = [
  ...['validators', 'seed', 'duration', 'delay', 'timeout', 'leaderWait', 'pacemaker', 'machines'],
  ...[
    'protocol',
    'rotation',
    'transactions',
    'crash',
    'slow',
    'heal',
    'fault',
    'powers',
    'epochs',
    'vote2To',
    'views',
  ],
  ...[
    'backoff',
    'maxTimeout',
    'latency',
    'jitter',
    'uplink',
    'loss',
    'lossTransport',
    'duplicate',
    'reorder',
  ],
  ...['reorderBy', ...loadKeys],
];

/** @throws QuorumscopeError `config.invalid` naming every problem */
export function readSimulateOptions(raw: RawOptions, scenario?: string): SimulateOptions {
  const { options, problems } = collectSimulateOptions(raw, scenario);
  refuseAll(problems);
  return options;
}

/** The options, and all that is wrong with them by themselves; what is wrong has its default. */
export function collectSimulateOptions(
  raw: RawOptions,
  scenario?: string,
): { readonly options: SimulateOptions; readonly problems: readonly string[] } {
  const read = new Words(raw);
  const options: SimulateOptions = {
    scenario,
    given: givenWords(raw),
    validators: read.whole('validators', 2, 10_000, 4),
    powers: read.wholes('powers'),
    epochs: read.epochs('epochs'),
    seed: read.whole('seed', 0, MAX_SEED, 1),
    durationUs: read.duration('duration'),
    speed: read.choice('speed', ['max', 'realtime'], 'max'),
    delayUs: read.duration('delay') ?? 20_000,
    timeoutUs: read.duration('timeout') ?? 500_000,
    // Those who enter by the certificate are one delay behind the leader, their statuses another.
    leaderWaitUs: read.duration('leaderWait') ?? 2 * (parseDuration(read.text('delay') ?? '') ?? 20_000),
    backoff: read.number('backoff', 1, 10),
    maxTimeoutUs: read.duration('maxTimeout'),
    views: read.optionalWhole('views', 1, Number.MAX_SAFE_INTEGER),
    vote2To:
      raw['vote2To'] === undefined ? undefined : read.choice('vote2To', ['next-leader', 'leader'], 'leader'),
    network: readNetwork(read, raw),
    protocol: read.choice('protocol', ['chained', 'basic', 'hotstuff3'], 'chained'),
    rotation: read.choice('rotation', ['round-robin', 'weighted', 'hashed', 'reputation'], 'round-robin'),
    pacemaker: read.choice('pacemaker', ['timeout', 'epoch'], 'timeout'),
    machines: read.choice('machines', ['ideal', 'modelled'], 'ideal'),
    startUs: read.instant('start'),
    transactions: read.whole('transactions', 0, 1_000_000, 0),
    workload: readWorkload(read, raw),
    stated: read.stated('fault'),
    faultTexts: read.texts('fault'),
    faults: [...read.faults('crash'), ...read.faults('slow'), ...read.faults('heal')],
    attach: read.address('attach'),
    events: read.text('events'),
    truth: read.text('truth'),
    report: read.text('report'),
    swarmRun: read.text('swarmRun') === undefined ? undefined : read.whole('swarmRun', 0, MAX_SEED, 0),
    control: read.flag('control'),
    json: read.flag('json'),
  };
  read.expect(
    options.swarmRun !== undefined ||
      scenario !== undefined ||
      read.text('views') !== undefined ||
      options.speed === 'realtime' ||
      options.durationUs !== undefined ||
      read.text('duration') !== undefined,
    '--duration: absent, expected how long to run, such as 60s; only --speed realtime runs until stopped',
  );
  if (scenario === undefined) expectFitting(read, options);
  const isTwice = options.given.has('transactionsFrom') && options.transactions > 0;
  read.expect(!isTwice, '--transactions: --transactions-from says when transactions come');
  read.expect(
    !options.control || options.speed === 'realtime',
    '--control: takes commands while the network runs, which needs --speed realtime',
  );
  read.expect(
    !(options.json && (options.truth === '-' || options.control)),
    '--json: one document on stdout leaves no room for --control or --truth -',
  );
  read.expect(
    options.swarmRun === undefined || scenario === undefined,
    `${scenario}: --swarm-run draws the network from its seed`,
  );
  for (const key of options.swarmRun === undefined ? [] : drawnKeys)
    read.expect(raw[key] === undefined, `${flagOf(key)}: --swarm-run draws the network from its seed`);
  return { options, problems: read.problems };
}

/** Only what was said, so that a scenario keeps the rest. */
function readWorkload(read: Words, raw: RawOptions): SimulateOptions['workload'] {
  const evictions = ['refuse', 'lowest-fee', 'oldest'] as const;
  const eviction =
    raw['mempoolEviction'] === undefined ? undefined : read.choice('mempoolEviction', evictions, 'refuse');
  return saidOf({
    bursts: read.bursts('bursts'),
    trace: read.trace('transactionsFrom'),
    blockTransactions: read.optionalWhole('blockTransactions', 1, 1_000_000),
    mempoolCapacity: read.optionalWhole('mempoolCapacity', 1, 100_000_000),
    mempoolBytes: read.optionalWhole('mempoolBytes', 1, Number.MAX_SAFE_INTEGER),
    mempoolPerSender: read.optionalWhole('mempoolPerSender', 1, 100_000_000),
    mempoolEviction: eviction === 'lowest-fee' ? 'lowest_fee' : eviction,
    mempoolExpiryUs: read.duration('mempoolExpiry'),
  });
}

function saidOf<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** What options of a network of one's own must be to each other; a scenario's are known later. */
function expectFitting(read: Words, options: SimulateOptions): void {
  const { powers, validators, epochs, vote2To, protocol, maxTimeoutUs = Infinity, timeoutUs } = options;
  const sets = [...(powers === undefined ? [] : [powers]), ...(epochs?.sets ?? [])];
  const isSizeKnown = !read.problems.some((problem) => problem.startsWith('--validators:'));
  const isWhole = !isSizeKnown || sets.every((set) => set.length === validators);
  read.expect(
    isWhole,
    `${powers === undefined ? '--epochs' : '--powers'}: expected ${validators} numbers each, as --validators says`,
  );
  read.expect(powers === undefined || epochs === undefined, '--powers: --epochs says the powers of each set');
  read.expect(
    vote2To === undefined || protocol === 'basic',
    '--vote2-to: only --protocol basic has second votes',
  );
  read.expect(maxTimeoutUs >= timeoutUs, '--max-timeout: expected at least --timeout');
  const hasLoad = options.transactions > 0 || options.given.has('transactionsFrom');
  for (const key of hasLoad ? [] : loadKeys)
    read.expect(
      !options.given.has(key),
      `${flagOf(key)}: there is no load, expected --transactions or --transactions-from`,
    );
}

/** Only what was said, so that a scenario keeps the rest. */
function readNetwork(read: Words, raw: RawOptions): SimulateOptions['network'] {
  return saidOf({
    delay: read.latency('latency'),
    jitterUs: read.duration('jitter'),
    uplinkBitsPerSecond: read.optionalWhole('uplink', 1, Number.MAX_SAFE_INTEGER),
    loss: read.number('loss', 0, 1),
    transport:
      raw['lossTransport'] === undefined
        ? undefined
        : read.choice('lossTransport', ['datagram', 'stream'], 'datagram'),
    duplicate: read.number('duplicate', 0, 1),
    reorder: read.number('reorder', 0, 1),
    reorderUs: read.duration('reorderBy'),
  });
}

function givenWords(raw: RawOptions): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(raw).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value] as const] : [])),
  );
}

/** How many runs, and from which seed. */
export interface SwarmRequest {
  readonly runs: number;
  readonly seed: number;
  readonly json: boolean;
}

/** @throws QuorumscopeError `config.invalid` naming every problem */
export function readSwarmOptions(raw: RawOptions, scenario?: string): SwarmRequest {
  const read = new Words(raw);
  read.expect(scenario === undefined, `${scenario}: a swarm draws its networks and takes no scenario`);
  const runs = read.whole('swarm', 1, 1_000_000, 1);
  const request = { runs, seed: read.whole('seed', 0, MAX_SEED - runs, 1), json: read.flag('json') };
  // A swarm draws its networks: what one says about them would be overruled silently.
  for (const key of Object.keys(raw))
    read.expect(
      ['swarm', 'seed', 'json'].includes(key),
      `${flagOf(key)}: a swarm draws its networks and writes no files; it takes --seed and --json`,
    );
  refuseAll(read.problems);
  return request;
}
