/**
 * What attached nodes say of the state after each of the newest heights: its root, and the fuel used.
 * Compared only when a node has committed the height, so that a node that executes ahead of the
 * decision, and again when it was another one, is not accused. After nodes have parted, all later
 * heights differ too: that is said once, until they agree again.
 */

/** Heights remembered. */
const REMEMBERED = 1_024;
/** Nodes compared per height. */
const MAX_NODES = 256;

/** What a node says of a height. */
export interface StateNote {
  readonly type: string;
  readonly node: number;
  readonly tsUs: number;
  root: string | undefined;
  fuel: string | undefined;
  isFinal: boolean;
}

/** Two nodes that contradict each other. */
export interface Divergence {
  readonly kind: 'state_root' | 'fuel';
  readonly height: number;
  readonly one: StateNote;
  readonly other: StateNote;
  /** Nodes that say the same as `one`, and as `other`, itself included. */
  readonly votes: readonly [number, number];
}

interface HeightNotes {
  height: number;
  notes: StateNote[];
}

/** The newest heights. */
export class DivergenceBook {
  readonly #heights: (HeightNotes | undefined)[] = new Array<undefined>(REMEMBERED).fill(undefined);
  /** Pairs of nodes that have parted, by kind. */
  readonly #parted = new Set<string>();

  /** @param isFinal whether the node has committed the height */
  state(
    statement: { readonly type: string; readonly ts_us: number; readonly height: number },
    node: number,
    said: { readonly root: string | undefined; readonly fuel: string | undefined },
    isFinal: boolean,
  ): Divergence | undefined {
    const { type, ts_us, height } = statement;
    const slot = this.#slot(height);
    if (slot === undefined || (said.root === undefined && said.fuel === undefined)) return undefined;
    const known = slot.notes.findIndex((note) => note.node === node);
    const before = slot.notes[known];
    // Two events may tell of one execution: what one leaves out, the other says.
    const root = said.root ?? before?.root;
    const fuel = said.fuel ?? before?.fuel;
    const note = { type, node, tsUs: ts_us, root, fuel, isFinal };
    if (known >= 0) slot.notes[known] = note;
    else if (slot.notes.length < MAX_NODES) slot.notes.push(note);
    return isFinal ? this.#compare(slot, note) : undefined;
  }

  /** The node has committed the height: what it said of it stands. */
  commit(height: number, node: number): Divergence | undefined {
    const slot = this.#heights[height % REMEMBERED];
    const note = slot?.height === height ? slot.notes.find((one) => one.node === node) : undefined;
    if (slot === undefined || note === undefined || note.isFinal) return undefined;
    note.isFinal = true;
    return this.#compare(slot, note);
  }

  clear(): void {
    this.#heights.fill(undefined);
    this.#parted.clear();
  }

  #slot(height: number): HeightNotes | undefined {
    const slot = this.#heights[height % REMEMBERED];
    if (slot === undefined) return (this.#heights[height % REMEMBERED] = { height, notes: [] });
    if (slot.height > height) return undefined;
    if (slot.height < height) {
      slot.height = height;
      slot.notes = [];
    }
    return slot;
  }

  #compare(slot: HeightNotes, note: StateNote): Divergence | undefined {
    const others = slot.notes.filter((other) => other.isFinal && other.node !== note.node);
    const found = others.flatMap((other) => [
      this.#part('state_root', 'root', slot, other, note),
      this.#part('fuel', 'fuel', slot, other, note),
    ]);
    // All pairs that have parted are remembered, one of them is told.
    return found.find((divergence) => divergence !== undefined);
  }

  #part(
    kind: Divergence['kind'],
    field: 'root' | 'fuel',
    slot: HeightNotes,
    one: StateNote,
    other: StateNote,
  ): Divergence | undefined {
    if (one[field] === undefined || other[field] === undefined) return undefined;
    const pair = `${kind}|${Math.min(one.node, other.node)}|${Math.max(one.node, other.node)}`;
    if (one[field] === other[field]) {
      this.#parted.delete(pair);
      return undefined;
    }
    if (this.#parted.has(pair)) return undefined;
    this.#parted.add(pair);
    const saying = (value: string | undefined): number =>
      slot.notes.filter((note) => note.isFinal && note[field] === value).length;
    return { kind, height: slot.height, one, other, votes: [saying(one[field]), saying(other[field])] };
  }
}
