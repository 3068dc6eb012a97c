/**
 * The measuring loop: warm-up, then the median of several rounds. A round returns a number that depends
 * on the work it did; all of them are summed and checked, so that the compiler cannot drop the work.
 */

/** How long to measure. */
export interface Effort {
  /** Rounds before measuring. Default 3. */
  readonly warmUps?: number;
  /** Rounds measured. Default 9. */
  readonly rounds?: number;
}

/** Nanoseconds per operation of a round that does `operations` of them: the median over the rounds. */
export function measure(operations: number, round: () => number, effort: Effort = {}): number {
  let sink = 0;
  for (let i = 0; i < (effort.warmUps ?? 3); i++) sink += round();
  const times: number[] = [];
  for (let i = 0; i < (effort.rounds ?? 9); i++) {
    const start = process.hrtime.bigint();
    sink += round();
    times.push(Number(process.hrtime.bigint() - start));
  }
  return medianOf(times, sink) / operations;
}

/** The same for rounds that wait; `prepare` runs before each and is not measured. */
export async function measureAsync(
  round: () => Promise<number>,
  prepare: () => void = () => undefined,
  effort: Effort = {},
): Promise<number> {
  let sink = 0;
  const times: number[] = [];
  const warmUps = effort.warmUps ?? 3;
  for (let i = 0; i < warmUps + (effort.rounds ?? 9); i++) {
    prepare();
    const start = process.hrtime.bigint();
    sink += await round();
    if (i >= warmUps) times.push(Number(process.hrtime.bigint() - start));
  }
  return medianOf(times, sink);
}

function medianOf(times: number[], sink: number): number {
  if (!(sink > 0)) throw new Error('a measured round did no work');
  times.sort((a, b) => a - b);
  return times[times.length >>> 1]!;
}
