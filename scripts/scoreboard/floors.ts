/**
 * The floors under the score of the gate's runs, in floors.json: they may only rise. Findings that accuse falsely have
 * no floor: there must be none.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { raisedAlertFloors, type AlertFloors } from './alert-floors.js';
import { ratiosOf, type Ratios, type Row } from './board.js';
import type { CaseOrder } from './case.js';
import type { Score } from './score.js';

/** The least of each share, seen by all and by one, and of alerts. */
export type Floors = Readonly<Record<'all' | 'one', Readonly<Record<keyof Ratios, number>>>> & {
  readonly alerts: AlertFloors;
};

/** Long enough for every fault to begin, and for most to end. */
const GATE_VIEWS = 250;
const GATE_SEED = 1;

const file = new URL('./floors.json', import.meta.url);

/** What the gate runs: every scenario once, cut short. */
export function gateOrders(scenarios: readonly string[]): CaseOrder[] {
  return scenarios.map((scenario) => ({ scenario, seed: GATE_SEED, views: GATE_VIEWS, alone: 2 }));
}

export function readFloors(): Floors {
  return JSON.parse(readFileSync(file, 'utf8')) as Floors;
}

/** Writes the higher of what stands and what `total` reached. */
/** @param incidents the total of the gate's incidents */
export function raiseFloors(total: Row, incidents: Row): void {
  const floors = raised(readFloors(), total);
  const alerts = raisedAlertFloors(floors.alerts, incidents);
  writeFileSync(file, `${JSON.stringify({ ...floors, alerts }, null, 2)}\n`);
}

/** The higher of both, to three places. */
export function raised(floors: Floors, total: Row): Floors {
  const of = (name: 'all' | 'one'): Record<keyof Ratios, number> => {
    const reached = ratiosOf(total[name]);
    const entries = Object.entries(floors[name]).map(([key, floor]) => {
      const value = reached[key as keyof Ratios] ?? 0;
      return [key, Math.max(floor, Math.floor(value * 1_000) / 1_000)] as const;
    });
    return Object.fromEntries(entries) as Record<keyof Ratios, number>;
  };
  return { ...floors, all: of('all'), one: of('one') };
}

/** Where `total` stays below, and false accusations, in words; empty when all is well. */
export function shortfalls(total: Row, floors: Floors): string[] {
  return (['all', 'one'] as const).flatMap((name) => [
    ...below(name, total[name], floors[name]),
    ...(['safety', 'byzantine', 'divergence'] as const)
      .filter((one) => total[name].false[one] > 0)
      .map((one) => `${name}: ${total[name].false[one]} false findings of ${one}, expected none`),
  ]);
}

function below(name: string, score: Score, floors: Floors['all']): string[] {
  const reached = ratiosOf(score);
  return Object.entries(floors)
    .filter(([key, floor]) => (reached[key as keyof Ratios] ?? 0) < floor)
    .map(([key, floor]) => `${name}: ${key} is ${reached[key as keyof Ratios] ?? 0}, its floor ${floor}`);
}
