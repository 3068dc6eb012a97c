/**
 * The floors under the alerts of the gate's incidents, in floors.json: they may only rise. What no truth bears out and
 * what a scenario forbids have no floor: there must be none.
 */
import { fileURLToPath } from 'node:url';
import { countOf, type AlertScore } from './alert-score.js';
import type { Row } from './board.js';
import type { CaseOrder } from './case.js';

/** Shares that floors speak of; 1 where there was nothing to count. */
export interface AlertShares {
  /** Required alerts that were raised, naming exactly whom they should. */
  readonly found: number;
  /** Alerts that name one to blame, of those that name somebody. */
  readonly named: number;
  readonly scope: number;
  /** Ends that were told, of those that were due. */
  readonly resolved: number;
  /** Groups that were paged once in their incident. */
  readonly pagedOnce: number;
}

/** The least of each, seen by all and by one. */
export type AlertFloors = Readonly<Record<'all' | 'one', AlertShares>>;

/** Short ones that page, that name, and that must stay silent. */
const GATE = ['01-halt', '04-split', '06-equivocation', '10-restart', '13-halt-shortly'];
const GATE_SEED = 1;
const ENOUGH_VIEWS = 100_000;

/** What the gate runs. */
export function alertGateOrders(): CaseOrder[] {
  return GATE.map((name) => orderOf(name, GATE_SEED, 1));
}

/** One in which the chain halts, commits a little and halts again, three times; all nodes attached. */
export function limpingOrder(): CaseOrder {
  return orderOf('11-loss', 101, 0);
}

function orderOf(name: string, seed: number, alone: number): CaseOrder {
  const scenario = fileURLToPath(new URL(`./incidents/${name}.yaml`, import.meta.url));
  return { scenario, seed, views: ENOUGH_VIEWS, alone, alerts: {} };
}

/** Shares of a score. */
export function alertSharesOf(score: AlertScore): AlertShares {
  const share = (part: number, whole: number): number => (whole === 0 ? 1 : part / whole);
  const explained = countOf(score.raised) - countOf(score.spurious);
  return {
    found: share(score.found, score.required),
    named: share(score.namedRight, score.named),
    scope: share(score.scopeRight, explained),
    resolved: share(score.resolved, score.ended),
    pagedOnce: share(score.pagedOnce, score.groups),
  };
}

/** Where the alerts of `total` stay below, and what should not have been raised, in words; empty when all is well. */
export function alertShortfalls({ alerts }: Row, floors: AlertFloors): string[] {
  if (alerts === undefined) return ['no alerts were listened to'];
  return (['all', 'one'] as const).flatMap((name) => {
    const score = alerts[name];
    const shares = alertSharesOf(score);
    const low = (Object.keys(floors[name]) as (keyof AlertShares)[])
      .filter((key) => shares[key] < floors[name][key])
      .map((key) => `alerts of ${name}: ${key} is ${shares[key]}, its floor ${floors[name][key]}`);
    const spurious = Object.entries(score.spurious).map(
      ([alert, count]) => `alerts of ${name}: ${count} spurious ${alert}`,
    );
    const forbidden = score.forbidden > 0 ? [`alerts of ${name}: ${score.forbidden} forbidden`] : [];
    return [...low, ...spurious, ...forbidden];
  });
}

/** The higher of both, to three places. */
export function raisedAlertFloors(floors: AlertFloors, { alerts }: Row): AlertFloors {
  const of = (name: 'all' | 'one'): AlertShares => {
    if (alerts === undefined || countOf(alerts[name].raised) === 0) return floors[name];
    const shares = alertSharesOf(alerts[name]);
    const entries = Object.entries(floors[name]) as [keyof AlertShares, number][];
    return Object.fromEntries(
      entries.map(([key, floor]) => [key, Math.max(floor, Math.floor(shares[key] * 1_000) / 1_000)]),
    ) as unknown as AlertShares;
  };
  return { all: of('all'), one: of('one') };
}
