/** What a check says: whether it holds, the figures it measured, and every problem as one sentence. */
import { expectationFailed } from '../failure.js';

/** The outcome of a check. */
export interface CheckReport {
  /** Name of the check, in words. */
  readonly check: string;
  /** Whether there is no problem. */
  readonly ok: boolean;
  /** What was measured; names end with their unit where they have one. */
  readonly figures: Readonly<Record<string, number>>;
  /** One sentence each: what was found and what was expected. */
  readonly problems: readonly string[];
  /** The command that runs the same traffic again, where there is one. */
  readonly replay?: string | undefined;
}

/** A report from its parts. */
export function reportOf(
  check: string,
  figures: Readonly<Record<string, number>>,
  problems: readonly string[],
  replay?: string,
): CheckReport {
  return { check, ok: problems.length === 0, figures, problems, replay };
}

/** Most problems that a message lists. */
const LISTED = 20;

/**
 * That a check found no problem.
 * @throws QuorumscopeError `testing.expectation` with the problems and the figures
 */
export function assertCheck({ check, ok, figures, problems, replay }: CheckReport): void {
  if (ok) return;
  const measured = Object.entries(figures).map(([name, value]) => `${name} ${Number(value.toPrecision(6))}`);
  const more = problems.length > LISTED ? [`and ${problems.length - LISTED} problems more`] : [];
  throw expectationFailed({
    what: `the check of ${check} failed`,
    found: [...problems.slice(0, LISTED), ...more].join('\n'),
    expected: 'no problem',
    hints: measured.length === 0 ? [] : [measured.join(', ')],
    replay,
  });
}
