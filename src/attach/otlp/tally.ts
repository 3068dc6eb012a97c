/** What became of the records of one request. received = mapped + ignored + rejected, of every kind of record. */

/** Kinds of records that are counted each by itself. */
export const recordKinds = ['logs', 'spans', 'span_events', 'metrics'] as const;
/** One of `recordKinds`; of metrics it is points that are counted. */
export type RecordKind = (typeof recordKinds)[number];

/** Why a record could not be taken. */
export const rejections = [
  'no_node',
  'no_chain',
  'too_many_resources',
  'fact',
  'value',
  'temporality',
  'out_of_order',
  'too_many_streams',
] as const;
/** One of `rejections`. */
export type Rejection = (typeof rejections)[number];

/** The counts of one kind. */
export interface KindTally {
  received: number;
  mapped: number;
  ignored: number;
  readonly rejected: Map<Rejection, number>;
}

/** Counts the records of one request. */
export class Tally {
  readonly kinds: ReadonlyMap<RecordKind, KindTally> = new Map(
    recordKinds.map((kind) => [kind, { received: 0, mapped: 0, ignored: 0, rejected: new Map() }]),
  );
  /** Of the first record that was rejected, for people. */
  firstProblem: string | undefined;

  mapped(kind: RecordKind): void {
    const of = this.kinds.get(kind)!;
    of.received++;
    of.mapped++;
  }

  ignored(kind: RecordKind): void {
    const of = this.kinds.get(kind)!;
    of.received++;
    of.ignored++;
  }

  /** @param problem what was found and what was expected */
  rejected(kind: RecordKind, reason: Rejection, problem: string): void {
    const of = this.kinds.get(kind)!;
    of.received++;
    of.rejected.set(reason, (of.rejected.get(reason) ?? 0) + 1);
    this.firstProblem ??= problem.slice(0, 300);
  }

  /** How many of a kind were rejected. */
  rejectedOf(kind: RecordKind): number {
    return [...this.kinds.get(kind)!.rejected.values()].reduce((sum, count) => sum + count, 0);
  }
}
