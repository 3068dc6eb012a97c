/**
 * Loaded into the built sidecar before its command (`node --import`): notes when each step of a page is reached, and what
 * held the loop. It wraps public methods of the built modules, so that nothing in `src` knows of it, and writes what it noted
 * to the file that `LATENCY_TRACE` names when the process ends. Never changes what a method does or gives.
 */
import { openSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

/** Stamps of one page by step, nanoseconds of the machine's monotonic clock. */
export type Marks = Record<string, number>;

/** What one process noted. */
export interface Trace {
  /** By `alertname value`. */
  readonly pages: Readonly<Record<string, Marks>>;
  /** Turns of the loop that took long, and what they were spent on, milliseconds. */
  readonly turns: readonly Turn[];
  /** Delay of the loop, milliseconds. */
  readonly loop: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Share of the time in which the main thread wanted a processor and had none. */
  readonly waiting: number;
}

/** A long turn of the loop. */
export interface Turn {
  /** When it ended. */
  readonly atNs: number;
  readonly ms: number;
  readonly parts: readonly (readonly [string, number])[];
}

type Method = (this: unknown, ...args: unknown[]) => unknown;
type Methods = Record<string, Method>;

const file = process.env['LATENCY_TRACE'];
const HELD_MS = 20;
const PROBE = /"(validator|component)":"(probe-\d+[ab])"/g;
/** The alert that an event leads to, by the field that names whom it is about. */
const ALERTS = { validator: 'HotStuffValidatorByzantine', component: 'HotStuffNodeErrors' } as const;
const BEGINNING = Buffer.from('"probe-');

const pages: Record<string, Marks> = {};
const turns: Turn[] = [];
let outermost = true;

function mark(key: string, step: string, at = process.hrtime.bigint()): void {
  const marks = (pages[key] ??= {});
  marks[step] ??= Number(at);
}

function wrap(
  owner: object,
  name: string,
  around: (call: () => unknown, args: readonly unknown[]) => unknown,
): void {
  const methods = owner as Methods;
  const method = methods[name];
  if (method === undefined) throw new Error(`there is no method ${name}`);
  methods[name] = function (...args) {
    return around(() => method.apply(this, args), args);
  };
}

/** Sums up what holds the loop, by what was called first. */
function time(owner: object, name: string, what: string): void {
  wrap(owner, name, (call) => {
    if (!outermost) return call();
    outermost = false;
    const began = performance.now();
    try {
      return call();
    } finally {
      outermost = true;
      spend(what, performance.now() - began);
    }
  });
}

/** Since the loop turned last, milliseconds. */
const spent = new Map<string, number>();
function spend(what: string, ms: number): void {
  spent.set(what, (spent.get(what) ?? 0) + ms);
}

/** Looks every turn of the loop how long it took, and what it was spent on. */
function watchTurns(): void {
  let lastMs = performance.now();
  let [ranBefore, waitedBefore] = scheduled();
  setInterval(() => {
    const nowMs = performance.now();
    const [ran, waited] = scheduled();
    const gapMs = nowMs - lastMs;
    if (gapMs >= HELD_MS) {
      const waitedMs = (waited - waitedBefore) / 1e6;
      spent.set('(no processor)', waitedMs);
      // A lock, a page, a disk: neither ran nor wanted to.
      spent.set('(asleep)', Math.max(0, gapMs - waitedMs - (ran - ranBefore) / 1e6));
      const parts = [...spent].sort(([, a], [, b]) => b - a).slice(0, 5);
      turns.push({ atNs: Number(process.hrtime.bigint()), ms: gapMs, parts });
    }
    spent.clear();
    lastMs = nowMs;
    [ranBefore, waitedBefore] = [ran, waited];
  }, 2).unref();
}

const dist = (path: string): string => join(import.meta.dirname, '../../dist/src', path);
/** The methods of a class of the built package. */
async function classOf(path: string, name: string): Promise<Methods> {
  const module = (await import(dist(path))) as Record<string, { readonly prototype: Methods } | undefined>;
  const found = module[name]?.prototype;
  if (found === undefined) throw new Error(`${path} has no ${name}`);
  return found;
}

async function traceArrival(): Promise<void> {
  const LineFeed = await classOf('intake/line-feed.js', 'LineFeed');
  const DomainRegistry = await classOf('domains/registry.js', 'DomainRegistry');
  wrap(LineFeed, 'write', (call, [chunk]) => {
    const bytes = chunk as Buffer;
    if (!bytes.includes(BEGINNING)) return call();
    const keys = [...bytes.toString('latin1').matchAll(PROBE)].map(
      ([, field, key]) => `${ALERTS[field as keyof typeof ALERTS]} ${key}`,
    );
    for (const key of keys) mark(key, 'read');
    const result = call();
    for (const key of keys) mark(key, 'decoded');
    return result;
  });
  wrap(DomainRegistry, 'attach', (call) => {
    const node = call() as object;
    wrap(node, 'dispatch', (dispatch, [, event]) => {
      const { validator, component } = event as { readonly validator?: string; readonly component?: string };
      const about = validator ?? component;
      if (!about?.startsWith('probe-')) return dispatch();
      const result = dispatch();
      mark(`${validator === undefined ? ALERTS.component : ALERTS.validator} ${about}`, 'heard');
      return result;
    });
    return node;
  });
}

interface Told {
  readonly labels: Readonly<Record<string, string>>;
}
const keyOf = ({ labels }: Told): string =>
  `${labels['alertname']} ${labels['validator'] ?? labels['part'] ?? ''}`;

async function traceRules(): Promise<void> {
  const RuleRun = await classOf('alerts/evaluation/rule-run.js', 'RuleRun');
  const Notifier = await classOf('alerts/routing/notifier.js', 'Notifier');
  const HttpTransport = await classOf('delivery/http-transport.js', 'HttpTransport');
  wrap(RuleRun, 'evaluate', (call) => {
    const began = process.hrtime.bigint();
    const answer = call() as Promise<{ readonly changed: ReadonlySet<{ readonly texts: Told['labels'] }> }>;
    void answer.then(({ changed }) => {
      const ended = process.hrtime.bigint();
      for (const { texts } of changed) {
        mark(keyOf({ labels: texts }), 'asked', began);
        mark(keyOf({ labels: texts }), 'found', ended);
      }
    });
    return answer;
  });
  wrap(Notifier, 'tell', (call, [alerts]) => {
    for (const alert of alerts as readonly Told[]) mark(keyOf(alert), 'told');
    return call();
  });
  wrap(HttpTransport, 'send', (call, [parcel]) => {
    const text = (parcel as { readonly body: Buffer }).body.toString('utf8');
    if (text.includes('probe-')) {
      const { alerts } = JSON.parse(text) as { readonly alerts: readonly Told[] };
      for (const alert of alerts) mark(keyOf(alert), 'sent');
    }
    return call();
  });
}

/** Who may hold the loop. */
async function traceHolders(): Promise<void> {
  const classes: readonly [string, string, readonly string[]][] = [
    ['intake/line-feed.js', 'LineFeed', ['write']],
    ['intake/pump.js', 'Pump', ['step']],
    ['metrics/board.js', 'Board', ['refresh', 'families', 'snapshot']],
    ['history/recent/recent-window.js', 'RecentWindow', ['sample', 'select', 'labelSets']],
    ['domains/registry.js', 'DomainRegistry', ['tick']],
    ['health/health-checker.js', 'HealthChecker', ['evaluate']],
    ['promql/engine.js', 'PromqlEngine', ['instant', 'range']],
    ['alerts/evaluation/rule-outputs.js', 'RuleOutputs', ['select', 'forget']],
    ['alerts/routing/notifier.js', 'Notifier', ['receive']],
    ['alerts/routing/ledger.js', 'Ledger', ['put']],
    ['alerts/state/alert-journal.js', 'AlertJournal', ['state', 'flush']],
    ['history/archive/archive.js', 'Archive', ['sample', 'tick', 'append', 'add']],
  ];
  for (const [path, name, methods] of classes) {
    const prototype = await classOf(path, name);
    for (const method of methods) if (method in prototype) time(prototype, method, `${name}.${method}`);
  }
  const collections = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) spend('garbage', duration);
  });
  collections.observe({ entryTypes: ['gc'] });
}

const schedule = openSync('/proc/self/schedstat', 'r');
const line = Buffer.alloc(128);

/** Nanoseconds that the main thread ran, and waited for a processor. */
function scheduled(): readonly [number, number] {
  const [ran, waited] = line
    .toString('latin1', 0, readSync(schedule, line, 0, 128, 0))
    .split(' ')
    .map(Number);
  return [ran!, waited!];
}

async function trace(into: string): Promise<void> {
  await traceArrival();
  await traceRules();
  await traceHolders();
  watchTurns();
  const delay = monitorEventLoopDelay({ resolution: 2 });
  delay.enable();
  const began = performance.now();
  const [, before] = scheduled();
  process.once('exit', () => {
    const [, after] = scheduled();
    const found: Trace = {
      pages,
      turns,
      loop: { p50: delay.percentile(50) / 1e6, p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 },
      waiting: (after - before) / 1e6 / (performance.now() - began),
    };
    writeFileSync(into, JSON.stringify(found));
  });
}

if (file !== undefined && isMainThread) await trace(file);
