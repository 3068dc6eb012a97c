/**
 * A view worth keeping: its verdict, what every node saw, and the findings on it. The archive keeps the whole as text and
 * reads of the verdict only what views are looked for by.
 */

/** What a view is looked for by. Times are microseconds since the Unix epoch. */
export interface ArchivedVerdict {
  readonly chain: string;
  readonly view: number;
  readonly outcome: string;
  readonly cause: string | undefined;
  readonly culprits: readonly string[];
  readonly leader: string | undefined;
  readonly enteredAtUs: number;
  readonly decidedAtUs: number;
  /** The later word on a view counts. */
  readonly revision: number;
}

/** One view. */
export interface ArchivedView {
  readonly verdict: ArchivedVerdict;
  /** JSON: `{verdict, records}`. */
  readonly document: string;
}

/** The view that a document tells of; undefined for text that is none. */
export function readView(document: string): ArchivedView | undefined {
  try {
    const { verdict } = JSON.parse(document) as { verdict?: Partial<ArchivedVerdict> };
    if (typeof verdict?.chain !== 'string' || typeof verdict.view !== 'number') return undefined;
    return { verdict: verdict as ArchivedVerdict, document };
  } catch {
    return undefined;
  }
}
