/** Validators by name in what people and programs read: the id always, and the label that the metrics use. */
import type { ParticipationView } from '../domains/consensus/participation/participation.js';

/** A validator. */
export interface ValidatorName {
  readonly id: string;
  /** Configured or announced name, else the first 12 characters of the id. */
  readonly name: string;
}

const SHORT = 12;

/** Names the validators of one chain. */
export class Names {
  readonly #labels: ReadonlyMap<string, string>;

  constructor(participation: ParticipationView | undefined) {
    this.#labels = new Map(participation?.participants.map(({ id, label }) => [id, label]));
  }

  label(id: string): string {
    return this.#labels.get(id) ?? id.slice(0, SHORT);
  }

  of(id: string): ValidatorName;
  of(id: string | undefined): ValidatorName | null;
  of(id: string | undefined): ValidatorName | null {
    return id === undefined ? null : { id, name: this.label(id) };
  }

  /** The id of somebody who is asked for by id or name. */
  idOf(asked: string): string {
    for (const [id, label] of this.#labels) if (label === asked) return id;
    return asked;
  }
}
