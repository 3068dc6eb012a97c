/**
 * The words of `simulate` as values. All problems are told at once, each with the option, what was found and what was
 * expected. Pure.
 */
import { readFault, type SimulationOptions, type StatedFault } from '../../simulator/main.js';
import { QuorumscopeError } from '../base/errors.js';
import { tcpAddress, unixPath } from '../config/address.js';
import { parseDuration } from '../base/duration.js';

/** A fault that is known before the run; `atUs` counts from its start. */
export type PlannedFault =
  | { readonly kind: 'crash' | 'heal'; readonly validator: string | number; readonly atUs: number }
  | {
      readonly kind: 'slow';
      readonly validator: string | number;
      readonly atUs: number;
      /** Added to every message that it sends. */
      readonly delayUs: number;
    };

/** `v2` and `2` are positions; other names are the simulator's to know. */
export function validatorOf(name: string): string | number {
  const digits = /^v?(\d+)$/.exec(name)?.[1];
  return digits === undefined ? name : Number(digits);
}

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
  readonly blockTransactions: number | undefined;
  readonly mempoolCapacity: number | undefined;
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

/** What commander collected. */
export type RawOptions = Readonly<Record<string, string | readonly string[] | boolean | undefined>>;

const MAX_SEED = 4_294_967_295;

/** The option as it is typed. */
function flagOf(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

const ISO_INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/;

/** Reads words one at a time and remembers every problem. */
class Reader {
  readonly problems: string[] = [];
  readonly #raw: RawOptions;

  constructor(raw: RawOptions) {
    this.#raw = raw;
  }

  text(key: string): string | undefined {
    const value = this.#raw[key];
    return typeof value === 'string' ? value : undefined;
  }

  whole(key: string, min: number, max: number, fallback: number): number {
    const text = this.text(key);
    if (text === undefined) return fallback;
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    return this.#refuse(key, text, `a whole number from ${min} to ${max}`, fallback);
  }

  duration(key: string): number | undefined {
    const text = this.text(key);
    if (text === undefined) return undefined;
    return parseDuration(text) ?? this.#refuse(key, text, 'a duration such as 500ms, 5s or 1m30s', undefined);
  }

  choice<const V extends string>(key: string, values: readonly V[], fallback: V): V {
    const text = this.text(key) ?? fallback;
    const known = values.find((value) => value === text);
    return known ?? this.#refuse(key, text, values.join(' or '), fallback);
  }

  /** Microseconds since the Unix epoch. */
  instant(key: string): number | undefined {
    const text = this.text(key);
    if (text === undefined) return undefined;
    // Without a zone it would mean another instant on every machine.
    const us = /^\d+$/.test(text)
      ? Number(text)
      : ISO_INSTANT.test(text)
        ? Date.parse(text) * 1000
        : Number.NaN;
    if (Number.isSafeInteger(us) && us >= 0) return us;
    const expected = 'an instant such as 2025-01-01T00:00:00Z, or microseconds since the Unix epoch';
    return this.#refuse(key, text, expected, undefined);
  }

  /** A number that need not be whole. */
  number(key: string, min: number, max: number): number | undefined {
    const text = this.text(key);
    if (text === undefined) return undefined;
    const value = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    return this.#refuse(key, text, `a number from ${min} to ${max}`, undefined);
  }

  optionalWhole(key: string, min: number, max: number): number | undefined {
    return this.text(key) === undefined ? undefined : this.whole(key, min, max, min);
  }

  /** `1,1,2,3`. */
  wholes(key: string): number[] | undefined {
    const text = this.text(key);
    if (text === undefined) return undefined;
    if (/^\d+(?:,\d+)*$/.test(text)) return text.split(',').map(Number);
    return this.#refuse(key, text, 'whole numbers such as 1,1,2,3', undefined);
  }

  /** `40:1,1,1,0/1,1,1,1`: blocks of an epoch, then the powers of each set; `/...` at the end repeats them. */
  epochs(key: string): SimulationOptions['epochs'] {
    const text = this.text(key);
    if (text === undefined) return undefined;
    const [, blocks = '', sets = '', repeat] =
      /^(\d+):(\d+(?:,\d+)*(?:\/\d+(?:,\d+)*)*)(\/\.\.\.)?$/.exec(text) ?? [];
    if (Number(blocks) >= 1)
      return {
        blocks: Number(blocks),
        sets: sets.split('/').map((set) => set.split(',').map(Number)),
        repeat: repeat !== undefined,
      };
    const expected =
      'blocks and the powers of each set, such as 40:1,1,1,0/1,1,1,1; /... at the end repeats them';
    return this.#refuse(key, text, expected, undefined);
  }

  /** `20ms`, `normal:20ms,2ms`, `exponential:10ms,5ms` or `aws`. */
  latency(key: string): NonNullable<SimulationOptions['network']>['delay'] {
    const text = this.text(key);
    if (text === undefined) return undefined;
    if (text === 'aws') return { kind: 'aws' };
    const [, kind, first, second] = /^(normal|exponential):([^,]+),([^,]+)$/.exec(text) ?? [];
    const us = [first, second].map((word) => parseDuration(word ?? ''));
    const [a, b] = us;
    if (a !== undefined && b !== undefined)
      return kind === 'normal'
        ? { kind: 'normal', meanUs: a, deviationUs: b }
        : { kind: 'exponential', floorUs: a, meanUs: b };
    const fixed = parseDuration(text);
    if (fixed !== undefined && fixed > 0) return { kind: 'fixed', us: fixed };
    const expected = '20ms, normal:20ms,2ms (mean, deviation), exponential:10ms,5ms (floor, mean) or aws';
    return this.#refuse(key, text, expected, undefined);
  }

  /** All that was given, of an option that may be repeated. */
  texts(key: string): readonly string[] {
    const given = this.#raw[key];
    return Array.isArray(given) ? (given as readonly string[]) : [];
  }

  /** Each in the words of a scenario's faults. */
  stated(key: string): StatedFault[] {
    return this.texts(key).flatMap((text) => {
      const fault = readFault(text);
      if (!('problems' in fault)) return [fault];
      for (const problem of fault.problems)
        this.problems.push(`${flagOf(key)} ${JSON.stringify(text)}: ${problem}`);
      return [];
    });
  }

  address(key: string): string | undefined {
    const text = this.text(key);
    if (text === undefined || unixPath(text) !== undefined || tcpAddress(text) !== undefined) return text;
    return this.#refuse(key, text, 'unix:///path or tcp://127.0.0.1:port', undefined);
  }

  /** `v2@5s`, or with a delay `v2@5s:300ms`. */
  faults(kind: PlannedFault['kind']): PlannedFault[] {
    return this.texts(kind).flatMap((text) => {
      const match = /^([\w-]+)@([^:@]+)(?::([^:@]+))?$/.exec(text);
      const atUs = parseDuration(match?.[2] ?? '');
      const delayUs = parseDuration(match?.[3] ?? '0');
      const isWhole = (kind === 'slow') === (match?.[3] !== undefined);
      if (match && isWhole && atUs !== undefined && delayUs !== undefined)
        return [planned(kind, validatorOf(match[1]!), atUs, delayUs)];
      const expected = kind === 'slow' ? 'who@when:delay, such as v2@5s:300ms' : 'who@when, such as v2@5s';
      return this.#refuse(kind, text, expected, []);
    });
  }

  flag(key: string): boolean {
    return this.#raw[key] === true;
  }

  expect(holds: boolean, problem: string): void {
    if (!holds) this.problems.push(problem);
  }

  #refuse<T>(key: string, found: string, expected: string, instead: T): T {
    this.problems.push(`${flagOf(key)}: found ${JSON.stringify(found)}, expected ${expected}`);
    return instead;
  }
}

function planned(
  kind: PlannedFault['kind'],
  validator: string | number,
  atUs: number,
  delayUs: number,
): PlannedFault {
  return kind === 'slow' ? { kind, validator, atUs, delayUs } : { kind, validator, atUs };
}

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
  ...['reorderBy', 'blockTransactions', 'mempoolCapacity'],
];

/** @throws QuorumscopeError `config.invalid` naming every problem */
export function readSimulateOptions(raw: RawOptions, scenario?: string): SimulateOptions {
  const read = new Reader(raw);
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
    blockTransactions: read.optionalWhole('blockTransactions', 1, 1_000_000),
    mempoolCapacity: read.optionalWhole('mempoolCapacity', 1, 100_000_000),
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
  refuseAll(read.problems);
  return options;
}

/** What options of a network of one's own must be to each other; a scenario's are known later. */
function expectFitting(read: Reader, options: SimulateOptions): void {
  const { powers, validators, epochs, vote2To, protocol, maxTimeoutUs = Infinity, timeoutUs } = options;
  const sets = [...(powers === undefined ? [] : [powers]), ...(epochs?.sets ?? [])];
  const isWhole = sets.every((set) => set.length === validators);
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
}

/** Only what was said, so that a scenario keeps the rest. */
function readNetwork(read: Reader, raw: RawOptions): SimulateOptions['network'] {
  const said = {
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
  };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
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
  const read = new Reader(raw);
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

/** @throws QuorumscopeError `config.invalid` naming every problem, unless there is none */
export function refuseAll(problems: readonly string[]): void {
  if (problems.length === 0) return;
  const message = `simulate cannot run like this:\n\n${problems.map((line) => `  ${line}`).join('\n')}\n`;
  throw new QuorumscopeError('config.invalid', 'configuration', message, { details: { problems } });
}
