/**
 * The last values of some cumulative series, so that health can speak of a window: one sample every twelfth of it,
 * thirteen at most. The first sample is a baseline, never growth: a sidecar that has just started knows of no
 * increase. A total that went down (series retired) begins the trail anew.
 */

const SAMPLES = 12;
/** Least share of the window that must have been watched. */
const LEAST_SHARE = 1 / 4;

/** Growth of a row of totals over a window. */
export class Trail {
  readonly #windowUs: number;
  readonly #times: number[] = [];
  readonly #rows: Float64Array[] = [];

  constructor(windowUs: number) {
    this.#windowUs = windowUs;
  }

  /** Takes the totals of now; the row is copied. Older than the window by one sample is forgotten. */
  take(row: Float64Array, nowUs: number): void {
    const newest = this.#rows.at(-1);
    const isBroken =
      newest !== undefined && (newest.length !== row.length || row.some((total, i) => total < newest[i]!));
    if (isBroken) this.#times.length = this.#rows.length = 0;
    const newestUs = this.#times.at(-1);
    if (newestUs !== undefined && nowUs - newestUs < this.#windowUs / SAMPLES) return;
    this.#times.push(nowUs);
    this.#rows.push(row.slice());
    while (this.#times.length > 1 && this.#times[1]! <= nowUs - this.#windowUs) {
      this.#times.shift();
      this.#rows.shift();
    }
  }

  /** What `row` is more than at the begin of the window, and the span in microseconds; undefined while too short. */
  growth(
    row: Float64Array,
    nowUs: number,
  ): { readonly by: Float64Array; readonly spanUs: number } | undefined {
    const [first] = this.#rows;
    if (first === undefined) return undefined;
    const spanUs = nowUs - this.#times[0]!;
    if (spanUs < this.#windowUs * LEAST_SHARE) return undefined;
    return { by: row.map((total, i) => total - first[i]!), spanUs };
  }
}
