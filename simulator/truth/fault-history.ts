/**
 * When which fault lasted, by validator, and which links were whole: what the judgement of a view looks back upon.
 * Only faults that can hold consensus up are kept; a leak or a wrong clock holds nothing up.
 */
import type { LastingFault } from '../faults/fault.js';
import type { Committee } from '../protocol/committee.js';

/** A span of virtual time, microseconds; `toUs` is infinite while it lasts. */
interface Span {
  readonly fromUs: number;
  toUs: number;
}

/** What weighs on one validator, by what it does to consensus. */
const concerns = {
  crash: 'down',
  amnesia: 'down',
  slow: 'slow',
  stall: 'strain',
  starve: 'strain',
  byzantine: 'deviant',
  twins: 'deviant',
} as const;

/** What a fault of one validator does to consensus. */
export type Concern = (typeof concerns)[keyof typeof concerns];

/** Which validators reach each other, both ways, for a time. */
export interface Sides extends Span {
  /** The side that has a quorum; undefined: none has. */
  readonly main: ReadonlySet<number> | undefined;
  /** Members of all sides but the largest; empty when several are the largest, or there is one side. */
  readonly smaller: readonly number[];
}

/** The faults of a run, newest spans kept. */
export class FaultHistory {
  #committee: Committee;
  readonly #spans: Record<Concern, Span[][]>;
  readonly #disturbed: Span[] = [];
  readonly #cuts: (Span & { readonly by: readonly number[] })[] = [];
  #sides: Sides[] = [];
  /** Whether messages are lost or held back all through the run. */
  readonly #alwaysDisturbed: boolean;

  constructor(committee: Committee, alwaysDisturbed: boolean) {
    this.#committee = committee;
    this.#alwaysDisturbed = alwaysDisturbed;
    const none = (): Span[][] => Array.from({ length: committee.size }, () => []);
    this.#spans = { down: none(), slow: none(), strain: none(), deviant: none() };
  }

  /** Another set has the votes from now on. */
  setChanged(committee: Committee): void {
    this.#committee = committee;
  }

  /** Links were cut by a fault; `by`: those whom it sets apart. */
  cutBegan(by: readonly number[], atUs: number): void {
    this.#cuts.push({ by, fromUs: atUs, toUs: Infinity });
    if (this.#cuts.length > 256) this.#cuts.shift();
  }

  /** Such a fault ended. */
  cutEnded(by: readonly number[], atUs: number): void {
    const open = this.#cuts.find((cut) => cut.toUs === Infinity && cut.by.join() === by.join());
    if (open !== undefined) open.toUs = atUs;
  }

  /** Whom cut links set apart at some moment of the span; undefined: none were cut. */
  setApart(fromUs: number, toUs: number): readonly number[] | undefined {
    return this.#cuts.findLast((cut) => touches(cut, fromUs, toUs))?.by;
  }

  /** A fault began; `validators` are whom it names, without those that twins are set apart from. */
  begin(fault: LastingFault, validators: readonly number[], atUs: number): void {
    for (const spans of this.#listsOf(fault, validators)) spans.push({ fromUs: atUs, toUs: Infinity });
  }

  /** A fault ended. */
  end(fault: LastingFault, validators: readonly number[], atUs: number): void {
    for (const spans of this.#listsOf(fault, validators)) {
      const open = spans.find(({ toUs }) => toUs === Infinity);
      if (open !== undefined) open.toUs = atUs;
    }
  }

  /** Links were cut or are whole again. `reaches` answers for two different validators. */
  linksChanged(atUs: number, reaches: (from: number, to: number) => boolean): void {
    const last = this.#sides.at(-1);
    if (last?.toUs === Infinity) last.toUs = atUs;
    const sides = sidesOf(this.#committee, reaches);
    if (sides !== undefined) this.#sides.push({ ...sides, fromUs: atUs, toUs: Infinity });
  }

  /** Whether a fault of this concern lasted at some moment of the span. */
  had(concern: Concern, validator: number, fromUs: number, toUs: number): boolean {
    return overlaps(this.#spans[concern][validator] ?? [], fromUs, toUs);
  }

  /** Whether the process was down at that moment. */
  isDown(validator: number, atUs: number): boolean {
    return this.had('down', validator, atUs, atUs);
  }

  /** Whether the validator was slow, stalled or starved at some moment of the span. */
  wasHeldUp(validator: number, fromUs: number, toUs: number): boolean {
    return this.had('slow', validator, fromUs, toUs) || this.had('strain', validator, fromUs, toUs);
  }

  /** Whether messages were lost or held back by chance at some moment of the span. */
  wasDisturbed(fromUs: number, toUs: number): boolean {
    return this.#alwaysDisturbed || overlaps(this.#disturbed, fromUs, toUs);
  }

  /** The sides of a network with cut links, where there were some in the span. */
  sides(fromUs: number, toUs: number): readonly Sides[] {
    return this.#sides.filter((span) => touches(span, fromUs, toUs));
  }

  /** Forgets what was over before. */
  forget(beforeUs: number): void {
    const keep = ({ toUs }: Span): boolean => toUs >= beforeUs;
    for (const lists of [...Object.values(this.#spans), [this.#disturbed]])
      for (const spans of lists) if (spans.length > 64) spans.splice(0, spans.length, ...spans.filter(keep));
    if (this.#sides.length > 64) this.#sides = this.#sides.filter(keep);
  }

  #listsOf(fault: LastingFault, validators: readonly number[]): Span[][] {
    if (fault.kind === 'loss' || fault.kind === 'reorder') return [this.#disturbed];
    if (!(fault.kind in concerns)) return [];
    const lists = this.#spans[concerns[fault.kind as keyof typeof concerns]];
    return validators.flatMap((validator) => [lists[validator] ?? []]);
  }
}

function touches({ fromUs, toUs }: Span, beginUs: number, endUs: number): boolean {
  return fromUs <= endUs && toUs > beginUs;
}

function overlaps(spans: readonly Span[], fromUs: number, toUs: number): boolean {
  return spans.some((span) => touches(span, fromUs, toUs));
}

/** Undefined when everybody reaches everybody, over others if need be. */
function sidesOf(
  committee: Committee,
  reaches: (from: number, to: number) => boolean,
): Omit<Sides, keyof Span> | undefined {
  const side = new Map<number, number[]>();
  for (let first = 0; first < committee.size; first++) {
    if (side.has(first)) continue;
    const members = [first];
    side.set(first, members);
    for (const member of members)
      for (let other = 0; other < committee.size; other++) {
        if (side.has(other) || !reaches(member, other) || !reaches(other, member)) continue;
        side.set(other, members);
        members.push(other);
      }
  }
  const all = [...new Set(side.values())];
  if (all.length === 1) return undefined;
  const power = (members: readonly number[]): number =>
    members.reduce((sum, member) => sum + committee.powerOf(member), 0);
  const most = Math.max(...all.map(power));
  const largest = all.filter((members) => power(members) === most);
  const smaller = all.filter((members) => power(members) < most).flat();
  const [main] = largest;
  return {
    main: most >= committee.quorumPower && main !== undefined ? new Set(main) : undefined,
    smaller: smaller.sort((a, b) => a - b),
  };
}
