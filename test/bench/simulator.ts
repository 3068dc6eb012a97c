/**
 * Delivered messages per second of the simulator on one core, checkers and digest on: silent, and with
 * the events of every node written as NDJSON, as `simulate --events` does.
 */
import { Outlets, LineFile } from '../../src/cli/simulate-outlets.js';
import { createSimulation, type SimulationOptions } from '../../simulator/main.js';
import type { BenchRow } from './row.js';

const ROUNDS = 5;
/** Per message, more validators state more events about their links: this is a usual network. */
const TOLD_VALIDATORS = 16;
const SILENT_FLOOR = 1_000_000;
const EVENTS_FLOOR = 300_000;

const network: SimulationOptions = {
  validators: 100,
  seed: 1,
  delayUs: 20_000,
  viewTimeoutUs: 500_000,
  leaderWaitUs: 40_000,
  speed: 'max',
};

/** The rows of the simulator. */
export async function run(): Promise<BenchRow[]> {
  const silent = await medianRate(() => createSimulation({ ...network, durationUs: 60_000_000 }).run());
  const told = await medianRate(withEvents);
  return [
    row('n = 100, silent', silent, SILENT_FLOOR),
    row("n = 16, with every node's NDJSON written to the null device", told, EVENTS_FLOOR),
  ];
}

async function withEvents() {
  const outlets = new Outlets(undefined, new LineFile('/dev/null'));
  const simulation = createSimulation({
    ...network,
    validators: TOLD_VALIDATORS,
    durationUs: 60_000_000,
    hooksFor: (identity) => outlets.hooksFor(identity),
  });
  const result = await simulation.run();
  await outlets.close();
  return result;
}

async function medianRate(
  round: () => Promise<{ readonly speed: { readonly delivered_per_s: number } }>,
): Promise<number> {
  await round();
  const rates: number[] = [];
  for (let i = 0; i < ROUNDS; i++) rates.push((await round()).speed.delivered_per_s);
  return rates.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!;
}

function row(how: string, rate: number, floor: number): BenchRow {
  return {
    what: `simulator, one core, checkers and digest on, ${how}`,
    ours: `${Math.round(rate / 1000).toLocaleString('en')},000 delivered messages/s`,
    peers: [],
    floor: `>= ${floor.toLocaleString('en')} delivered messages/s`,
    holds: rate >= floor,
  };
}
