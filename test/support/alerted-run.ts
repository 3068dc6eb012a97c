/**
 * A simulated network heard by a whole sidecar at full speed, sampled as a Prometheus would scrape it, and the
 * shipped rules over what was sampled: which alerts fire when. Time is what the events say.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { attachFeed } from '../../src/attach/hooks/attach-feed.js';
import { StreamClock, WallClock } from '../../src/base/clock.js';
import { parseDuration } from '../../src/base/duration.js';
import { silentLogger } from '../../src/base/logger.js';
import { parseConfig } from '../../src/config/parse.js';
import { RecentWindow } from '../../src/history/recent/recent-window.js';
import { createHooks } from '../../src/hooks.js';
import { compile, PromqlEngine } from '../../src/promql/engine.js';
import { createSidecar, type Sidecar } from '../../src/sidecar.js';
import { createSimulation, type NodeIdentity, type SimulatedNodeHooks } from '../../simulator/main.js';
import type { SimulationOptions, SimulationResult } from '../../simulator/main.js';

/** A rule as its file has it. */
export interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly for?: string;
  readonly keep_firing_for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface RuleFile {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
}

const folder = join(import.meta.dirname, '../../alerts');

/** The shipped files by name. */
export function ruleFiles(): ReadonlyMap<string, string> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.rules.yml'));
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** Every shipped rule. */
export function shippedRules(): readonly Rule[] {
  return [...ruleFiles().values()].flatMap((text) =>
    (parse(text) as RuleFile).groups.flatMap(({ rules }) => rules),
  );
}

/** What was heard. */
export interface AlertedRun {
  readonly sidecar: Sidecar;
  readonly window: RecentWindow;
  readonly startMs: number;
  readonly endMs: number;
  /** What the simulator counted itself. */
  readonly result: SimulationResult;
}

/** An alert that fired, and for how long. */
export interface Fired {
  readonly alert: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Seconds after the beginning of the run. */
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

const START_US = 1_735_689_600_000_000;
const SCRAPE_US = 5_000_000;
const noTimers = { after: () => ({ stop: () => undefined }) };

/** @param attached positions of the nodes that are attached; all by default */
export async function alertedRun(
  options: SimulationOptions,
  attached?: readonly number[],
  environment: Readonly<Record<string, string>> = {},
): Promise<AlertedRun> {
  const clock = new StreamClock();
  const config = parseConfig({ environment: { QUORUMSCOPE_INTAKE_QUEUE_EVENTS: '100', ...environment } });
  const sidecar = createSidecar(config, { clock, logger: silentLogger, serve: false });
  const window = new RecentWindow({
    board: sidecar.board,
    target: { job: 'quorumscope', instance: '127.0.0.1:10920' },
    windowMs: 24 * 3_600_000,
    maxBytes: 1 << 30,
  });
  await sidecar.start();
  clock.advance('world', START_US);
  clock.every(SCRAPE_US, () => window.sample(Math.floor(clock.nowUs() / 1000)));
  const hooksFor = (identity: NodeIdentity): SimulatedNodeHooks => {
    const { life: _life, index, node, ...facts } = identity;
    const hooks = createHooks({ node, ...facts });
    const isAttached = attached?.includes(index) ?? true;
    const feed = isAttached ? sidecar.openLossless({ door: 'simulated', peer: node }) : undefined;
    const heard = {
      write: (bytes: Uint8Array) => {
        void feed?.write(bytes);
        clock.advance('world', identity.clock.nowUs());
      },
      end: () => void feed?.end(),
    };
    const shipping = attachFeed(hooks, heard, { batchSize: 1, timers: noTimers });
    return Object.assign(Object.create(hooks) as typeof hooks, { close: () => void shipping.close() });
  };
  const result = await createSimulation({ ...options, speed: 'max', startUs: START_US, hooksFor }).run();
  await sidecar.drained();
  const endUs = START_US + result.run.virtual_us;
  clock.advance('world', endUs);
  return { sidecar, window, startMs: START_US / 1000, endMs: endUs / 1000, result };
}

/** Every alert of `rules` that fires in the run, by its beginning. */
export async function firedIn(run: AlertedRun, rules: readonly Rule[] = shippedRules()): Promise<Fired[]> {
  const engine = new PromqlEngine({ source: run.window, clock: new WallClock() });
  const fired: Fired[] = [];
  for (const rule of rules) {
    if (rule.alert === undefined) continue;
    const stepMs = SCRAPE_US / 1000;
    const answer = await engine.range(compile(rule.expr), run.startMs, run.endMs, stepMs);
    if (answer.status === 'error') throw new Error(`${rule.alert}: ${answer.error}`);
    if (answer.value.type !== 'matrix') throw new Error(`${rule.alert}: ${answer.value.type}`);
    for (const { labels, times } of answer.value.series)
      for (const [fromMs, toMs] of spansOf(times, stepMs, msOf(rule.for), msOf(rule.keep_firing_for)))
        fired.push({
          alert: rule.alert,
          labels: { ...Object.fromEntries(labels.entries()), ...rule.labels },
          fromSeconds: (fromMs - run.startMs) / 1000,
          toSeconds: (toMs - run.startMs) / 1000,
        });
  }
  return fired.sort((a, b) => a.fromSeconds - b.fromSeconds);
}

/** When an alert fired whose expression held at these times. */
function spansOf(
  times: Float64Array,
  stepMs: number,
  forMs: number,
  keepMs: number,
): (readonly [number, number])[] {
  const spans: [number, number][] = [];
  let sinceMs = Number.NaN;
  let lastMs = Number.NaN;
  for (const atMs of times) {
    const isOpen = atMs - lastMs <= stepMs || (spans.at(-1)?.[1] === lastMs && atMs - lastMs <= keepMs);
    if (!isOpen) sinceMs = atMs;
    lastMs = atMs;
    if (atMs - sinceMs < forMs) continue;
    const open = spans.at(-1);
    if (isOpen && open && open[0] >= sinceMs) open[1] = atMs;
    else spans.push([atMs, atMs]);
  }
  return spans;
}

function msOf(text: string | undefined): number {
  return text === undefined ? 0 : parseDuration(text)! / 1000;
}
