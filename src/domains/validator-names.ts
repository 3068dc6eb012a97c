/**
 * The validators of one chain and what they are called: configured name, else announced name, else the
 * first 12 characters of the id. Labels are unique; who keeps its place in the set keeps its label, so
 * that a newcomer cannot take or change the name of another.
 *
 * Every node may announce a set. The set in force is that of the highest epoch among the nodes' latest
 * words; a lagging node does not take the chain back, a chain begun anew does.
 */
import type { ValidatorEntry } from '../events/schema.js';
import { OTHER } from '../metrics/family.js';
import type { ValidatorMember, ValidatorNames } from './domain.js';

const SHORT_ID = 12;

interface Announcement {
  readonly epoch: number;
  readonly validators: readonly ValidatorEntry[];
}

/** The set in force, kept from what nodes announce. */
export class ChainValidators implements ValidatorNames {
  readonly #configured: Readonly<Record<string, string>>;
  readonly #announced = new Map<string, Announcement>();
  #labels: ReadonlyMap<string, string> = new Map();
  #members: readonly ValidatorMember[] = [];

  /** @param configured names by validator id; while no set is announced, these ids are the known ones */
  constructor(configured: Readonly<Record<string, string>> = {}) {
    this.#configured = configured;
    this.#labels = this.#labelled(Object.keys(configured).map((id) => ({ id, power: 1 })));
  }

  get members(): readonly ValidatorMember[] {
    return this.#members;
  }

  label(id: string): string {
    return this.#labels.get(id) ?? OTHER;
  }

  /** `node` says who the validators are; true when that changes the set in force. */
  announce(node: string, epoch: number | undefined, validators: readonly ValidatorEntry[]): boolean {
    // Deleting first makes the newest word the last one, which wins among equal epochs.
    this.#announced.delete(node);
    this.#announced.set(node, { epoch: epoch ?? 0, validators });
    return this.#settle();
  }

  /** `node` has gone, its word no longer counts; the last word stays in force. */
  forget(node: string): boolean {
    if (!this.#announced.has(node) || this.#announced.size === 1) return false;
    this.#announced.delete(node);
    return this.#settle();
  }

  #settle(): boolean {
    let newest: Announcement | undefined;
    for (const announcement of this.#announced.values())
      if (!newest || announcement.epoch >= newest.epoch) newest = announcement;
    const entries = [...new Map((newest?.validators ?? []).map((entry) => [entry.id, entry])).values()];
    const labels = this.#labelled(entries);
    const members = entries
      .map(({ id, power }) => ({ id, label: labels.get(id) ?? OTHER, power: Number(power) }))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    if (JSON.stringify(members) === JSON.stringify(this.#members)) return false;
    this.#labels = labels;
    this.#members = members;
    return true;
  }

  #labelled(entries: readonly ValidatorEntry[]): ReadonlyMap<string, string> {
    const labels = new Map<string, string>();
    const taken = new Set<string>([OTHER]);
    const take = (id: string, label: string): void => {
      labels.set(id, label);
      taken.add(label);
    };
    const newcomers: ValidatorEntry[] = [];
    for (const entry of entries) {
      const label = this.#labels.get(entry.id);
      // A name announced later than the set replaces the short id.
      const isStillBest = label !== shortId(entry.id) || this.#name(entry) === label;
      if (label !== undefined && isStillBest) take(entry.id, label);
      else newcomers.push(entry);
    }
    newcomers.sort((a, b) => (a.id < b.id ? -1 : 1));
    const wanted = new Map<string, number>();
    for (const entry of newcomers) count(wanted, this.#name(entry));
    for (const entry of newcomers) {
      const name = this.#name(entry);
      const isAlone = wanted.get(name) === 1;
      take(entry.id, distinct(entry.id, name, isAlone, taken));
    }
    return labels;
  }

  #name(entry: ValidatorEntry): string {
    return this.#configured[entry.id] ?? entry.name ?? shortId(entry.id);
  }
}

function shortId(id: string): string {
  return id.slice(0, SHORT_ID);
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** The first of: the name, the name with the short id, the whole id, the whole id with a number. */
function distinct(id: string, name: string, isAlone: boolean, taken: ReadonlySet<string>): string {
  if (isAlone && !taken.has(name)) return name;
  const named = `${name}-${shortId(id)}`;
  if (name !== shortId(id) && !taken.has(named)) return named;
  if (!taken.has(id)) return id;
  for (let number = 2; ; number++) if (!taken.has(`${id}-${number}`)) return `${id}-${number}`;
}
