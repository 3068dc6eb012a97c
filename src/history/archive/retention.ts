/**
 * What of the archive may go: by age of each level, by rules for chosen series, and by size. The first rule that matches
 * a series decides: `hold` keeps it for ever, `keep` for as long as it says, `purge` as well, and its deletion is
 * recorded. Pure: it plans, others delete.
 */
import type { LabelMatcher } from '../../promql/matchers.js';
import { matchesAll } from '../../promql/matches-all.js';
import { levels, type Level } from './layout.js';
import type { SeriesDefinition } from './series-definition.js';

/** A rule for the series that pass all matchers. */
export interface RetentionRule {
  readonly name: string;
  readonly kind: 'hold' | 'keep' | 'purge';
  readonly matchers: readonly LabelMatcher[];
  /** As the configuration says it. */
  readonly selector: string;
  /** Of `keep` and `purge`. */
  readonly forMs: number;
}

/** How long what is kept. */
export interface RetentionPolicy {
  /** Milliseconds by level. */
  readonly levels: Readonly<Record<Level, number>>;
  readonly viewsMs: number;
  /** Size of the whole archive beyond which the oldest goes, finest level first. */
  readonly maxBytes: number;
  readonly rules: readonly RetentionRule[];
}

/** A level of a series that a segment holds. */
export interface Held {
  readonly definition: SeriesDefinition;
  readonly levels: readonly Level[];
}

/** What to delete of a segment. */
export interface Deletion {
  /** Numbers of series by level. */
  readonly drop: Record<Level, number[]>;
  /** Numbers of series by the rule that purges them. */
  readonly purged: ReadonlyMap<RetentionRule, readonly number[]>;
  /** Nothing of any series stays. */
  readonly isAll: boolean;
  /** When something more has to go; Infinity for never. */
  readonly nextMs: number;
}

/** Whether any rule or age can have passed for a segment that ends at `endMs`. */
export function isOld(
  { levels: ages, viewsMs, rules }: RetentionPolicy,
  endMs: number,
  nowMs: number,
): boolean {
  const limits = [...Object.values(ages), viewsMs, ...rules.map(ageOf)];
  return endMs + Math.min(...limits) <= nowMs;
}

/** What is to go of a segment; `extra` are levels that go because of the size. */
export function planDeletion(
  policy: RetentionPolicy,
  held: Iterable<Held>,
  { endMs, nowMs, extra = [] }: { endMs: number; nowMs: number; extra?: readonly Level[] },
): Deletion {
  const drop: Record<Level, number[]> = { samples: [], minutes: [], hours: [] };
  const purged = new Map<RetentionRule, number[]>();
  let isAll = true;
  let nextMs = Infinity;
  for (const { definition, levels: present } of held) {
    const rule = policy.rules.find(({ matchers }) => matchesAll(definition.labels, matchers));
    for (const level of present) {
      const limit = rule === undefined ? policy.levels[level] : ageOf(rule);
      const isForSize = rule?.kind !== 'hold' && extra.includes(level);
      if (endMs + limit > nowMs && !isForSize) {
        isAll = false;
        nextMs = Math.min(nextMs, endMs + limit);
        continue;
      }
      drop[level].push(definition.id);
      if (rule?.kind !== 'purge' || isForSize) continue;
      const ids = purged.get(rule) ?? [];
      if (ids.at(-1) !== definition.id) ids.push(definition.id);
      purged.set(rule, ids);
    }
  }
  return { drop, purged, isAll, nextMs };
}

/** Which levels have to go of which segments, oldest first, so that `excess` bytes are saved. */
export function planForSize(
  segments: readonly { readonly bytes: Readonly<Record<Level, number>> }[],
  excess: number,
): Level[][] {
  const plan: Level[][] = segments.map(() => []);
  let left = excess;
  for (const level of levels)
    for (const [i, { bytes }] of segments.entries()) {
      if (left <= 0) return plan;
      if (bytes[level] === 0) continue;
      plan[i]!.push(level);
      left -= bytes[level];
    }
  return plan;
}

function ageOf({ kind, forMs }: RetentionRule): number {
  return kind === 'hold' ? Infinity : forMs;
}
