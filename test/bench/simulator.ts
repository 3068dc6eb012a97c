/**
 * The simulator on one core, checkers and digest on: delivered messages per second of processor time, silent,
 * with the events of every node written as NDJSON (as `simulate --events` does), and with a large network over
 * the regions of the world; and what memory a long run takes. Processor time, since what this machine's
 * other work takes is not the simulator's.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Outlets, LineFile } from '../../src/cli/simulate-outlets.js';
import { createSimulation, type SimulationOptions, type SimulationResult } from '../../simulator/main.js';
import type { BenchRow } from './row.js';

const ROUNDS = 5;
const SECOND_US = 1_000_000;

/** Per message, more validators state more events about their links: this is a usual network. */
const TOLD_VALIDATORS = 16;
const SILENT_FLOOR = 1_000_000;
const EVENTS_FLOOR = 300_000;
const REAL_TIME_FLOOR = 20;
/** How much more memory many more views may take. */
const GROWTH_FLOOR = 1.25;

const network: SimulationOptions = {
  validators: 100,
  seed: 1,
  delayUs: 20_000,
  viewTimeoutUs: 500_000,
  leaderWaitUs: 40_000,
  speed: 'max',
};

const wide: SimulationOptions = {
  ...network,
  validators: 1_000,
  network: { delay: { kind: 'aws' } },
  viewTimeoutUs: 2 * SECOND_US,
  durationUs: 30 * SECOND_US,
};

/** The rows of the simulator. */
export async function run(): Promise<BenchRow[]> {
  const silent = await medianOf(() => createSimulation({ ...network, durationUs: 200 * SECOND_US }).run());
  const told = await medianOf(withEvents);
  const regions = await medianOf(() => createSimulation(wide).run());
  return [
    rateRow('n = 100, silent', silent, SILENT_FLOOR),
    rateRow("n = 16, with every node's NDJSON written to the null device", told, EVENTS_FLOOR),
    realTimeRow(regions),
    await memoryRow(4, 100_000, 1_000_000),
    // From where the oldest blocks are forgotten.
    await memoryRow(100, 17_000, 34_000),
  ];
}

async function withEvents(): Promise<SimulationResult> {
  const outlets = new Outlets(undefined, new LineFile('/dev/null'));
  const simulation = createSimulation({
    ...network,
    validators: TOLD_VALIDATORS,
    durationUs: 300 * SECOND_US,
    hooksFor: (identity) => outlets.hooksFor(identity),
  });
  const result = await simulation.run();
  await outlets.close();
  return result;
}

/** One run, by the processor time of the whole process. */
interface Round {
  readonly perSecond: number;
  /** Virtual time over processor time. */
  readonly timesReal: number;
}

async function medianOf(run: () => Promise<SimulationResult>): Promise<Round> {
  const rounds: Round[] = [];
  for (let i = 0; i <= ROUNDS; i++) {
    const before = process.cpuUsage();
    const { messages, run: about } = await run();
    const { user, system } = process.cpuUsage(before);
    const spentUs = user + system;
    // The first one warms up.
    if (i > 0)
      rounds.push({
        perSecond: (messages.delivered * SECOND_US) / spentUs,
        timesReal: about.virtual_us / spentUs,
      });
  }
  return rounds.sort((a, b) => a.perSecond - b.perSecond)[Math.floor(ROUNDS / 2)]!;
}

const simulator = 'simulator, one core, checkers and digest on';

function rateRow(how: string, { perSecond }: Round, floor: number): BenchRow {
  return {
    what: `${simulator}, ${how}`,
    ours: `${thousands(perSecond)} delivered messages/s`,
    peers: [],
    floor: `>= ${floor.toLocaleString('en')} delivered messages/s`,
    holds: perSecond >= floor,
  };
}

function realTimeRow({ perSecond, timesReal }: Round): BenchRow {
  return {
    what: `${simulator}, n = 1,000 over eight regions`,
    ours: `${timesReal.toFixed(0)} times real time (${thousands(perSecond)} delivered messages/s)`,
    peers: [],
    floor: `>= ${REAL_TIME_FLOOR} times real time`,
    holds: timesReal >= REAL_TIME_FLOOR,
  };
}

async function memoryRow(validators: number, views: number, moreViews: number): Promise<BenchRow> {
  const few = await bytesAfter(validators, views);
  const many = await bytesAfter(validators, moreViews);
  const count = (number: number): string => number.toLocaleString('en');
  return {
    what: `simulator, memory after ${count(views)} and ${count(moreViews)} views, n = ${validators}`,
    ours: `${megabytes(few)} and ${megabytes(many)}, ratio ${(many / few).toFixed(2)}`,
    peers: [],
    floor: `ratio <= ${GROWTH_FLOOR}`,
    holds: many <= GROWTH_FLOOR * few,
  };
}

/** What the process holds when a network has run for so many views, and is still there. */
async function bytesAfter(validators: number, maxViews: number): Promise<number> {
  const simulation = createSimulation({ ...network, validators, maxViews });
  await simulation.run();
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  // Asked last, so that nothing of it is garbage before.
  if (simulation.status().virtualUs === 0) throw new Error('the simulation did not run');
  return heapUsed + arrayBuffers;
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

function thousands(rate: number): string {
  return `${Math.round(rate / 1000).toLocaleString('en')},000`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
