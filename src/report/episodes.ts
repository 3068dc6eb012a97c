/** Views that failed or lagged for the same reason soon after each other, as one episode. Pure. */
import type { VerdictDocument } from '../views/verdict-document.js';

/** An episode. */
export interface Episode {
  readonly outcome: VerdictDocument['outcome'];
  readonly cause: string;
  readonly culprits: readonly string[];
  readonly scope: VerdictDocument['scope'];
  /** Views in it, ascending. */
  readonly views: readonly number[];
  /** Entry into the first and the last of them, microseconds since the Unix epoch. */
  readonly fromUs: number;
  readonly toUs: number;
  readonly first: VerdictDocument;
}

/** Views between two of the same episode at most, or as many as there are validators when that is more. */
const APART = 10;

/** The episodes among `verdicts`, in order of their first view. */
export function episodesOf(verdicts: readonly VerdictDocument[]): Episode[] {
  const open = new Map<string, VerdictDocument[]>();
  const done: VerdictDocument[][] = [];
  for (const verdict of verdicts.toSorted((a, b) => a.view - b.view)) {
    if (verdict.cause === null) continue;
    const key = `${verdict.outcome} ${verdict.cause} ${verdict.culprits.map(({ id }) => id).join()}`;
    const members = open.get(key);
    const apart = Math.max(APART, 2 * verdict.vantage.validators);
    if (members !== undefined && verdict.view - members[members.length - 1]!.view <= apart) {
      members.push(verdict);
      continue;
    }
    const begun = [verdict];
    open.set(key, begun);
    done.push(begun);
  }
  return done.map((members) => {
    const first = members[0]!;
    return {
      outcome: first.outcome,
      cause: first.cause ?? 'unknown',
      culprits: first.culprits.map(({ name }) => name),
      scope: first.scope,
      views: members.map(({ view }) => view),
      fromUs: first.entered_at_us,
      toUs: members[members.length - 1]!.entered_at_us,
      first,
    };
  });
}
