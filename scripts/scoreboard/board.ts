/** The scores of many runs: one row per scenario, seen by all and by one, and the totals. */
import { addAlerts, noAlertScore, type AlertScore } from './alert-score.js';
import type { CaseResult } from './case.js';
import { add, noScore, type Score, type Wrong } from './score.js';

/** A scenario, or all together. */
export interface Row {
  readonly name: string;
  readonly all: Score;
  readonly one: Score;
  /** Where alerts were listened to. */
  alerts?: { readonly all: AlertScore; readonly one: AlertScore } | undefined;
}

/** The ratios that goals and floors speak of; undefined where there was nothing to count. */
export interface Ratios {
  readonly causePrecision: number | undefined;
  readonly causeRecall: number | undefined;
  readonly culpritPrecision: number | undefined;
  readonly culpritRecall: number | undefined;
  readonly found: number | undefined;
}

/** Everything that came of a run of the scoreboard. */
export class ScoreBook {
  readonly #rows = new Map<string, Row>();
  readonly total: Row = { name: 'total', all: noScore(), one: noScore() };
  readonly wrong: Wrong[] = [];
  readonly complaints: string[] = [];
  wallMs = 0;
  settled = 0;

  note(result: CaseResult): void {
    const { scenario, all, one, alerts } = result;
    const row = this.#rows.get(scenario) ?? { name: scenario, all: noScore(), one: noScore() };
    this.#rows.set(scenario, row);
    for (const into of [row, this.total]) {
      add(into.all, all.score);
      for (const { score } of one) add(into.one, score);
      if (alerts === undefined) continue;
      into.alerts ??= { all: noAlertScore(), one: noAlertScore() };
      addAlerts(into.alerts.all, alerts.all.score);
      for (const { score } of alerts.one) addAlerts(into.alerts.one, score);
    }
    if (alerts !== undefined)
      for (const { complaints } of [alerts.all, ...alerts.one]) this.complaints.push(...complaints);
    for (const { wrong, complaints } of [all, ...one]) {
      this.wrong.push(...wrong);
      this.complaints.push(...complaints);
    }
    this.wallMs += result.wallMs;
    this.settled += result.settled;
  }

  /** In order of name. */
  get rows(): Row[] {
    return [...this.#rows.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

/** Shares of a score. */
export function ratiosOf(score: Score): Ratios {
  const share = (part: number, whole: number): number | undefined => (whole === 0 ? undefined : part / whole);
  return {
    causePrecision: share(score.right, score.said),
    causeRecall: share(score.right, score.failed),
    culpritPrecision: share(score.namedRight, score.named),
    culpritRecall: share(score.namedRight, score.culprits),
    found: share(score.found, score.required),
  };
}

/** The value that `share` of the values do not exceed. */
export function percentile(values: readonly number[], share: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
