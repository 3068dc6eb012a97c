/**
 * The notifier's memory: every step changes it at once and is appended to a store, which makes it durable. After a
 * restart the same steps give the same memory. When the store cannot write, the memory goes on: a page that comes twice
 * is better than one that does not come.
 */
import type { Acknowledgement, HeldAlert, Silence, Step, Told } from './held.js';

/** Where steps are kept. Nothing here throws. */
export interface StepStore {
  /** Takes a record; it is durable once a flush asked for afterwards says so. */
  append(step: Step): void;
  /** Whether everything appended so far is durable now. */
  flush(): Promise<boolean>;
  /** Appended so far since the last `replace`. */
  readonly length: number;
  /** These steps stand for everything before. */
  replace(steps: readonly Step[]): void;
  close(): Promise<void>;
}

/** So many records are kept before they are replaced by what they amount to. */
const REPLACE_AFTER = 20_000;

/** What is remembered. */
export class Ledger {
  readonly alerts = new Map<string, HeldAlert>();
  readonly silences = new Map<string, Silence>();
  readonly acknowledgements = new Map<string, Acknowledgement>();
  readonly told = new Map<string, Told>();
  /** What was about to be told, by the same key, and is not known to have arrived. */
  readonly telling = new Map<string, readonly string[]>();
  readonly #store: StepStore;

  /** @param steps what the store held */
  constructor(store: StepStore, steps: Iterable<Step> = []) {
    this.#store = store;
    for (const step of steps) this.#apply(step);
  }

  /** Changes the memory and appends the step. */
  put(step: Step): void {
    this.#apply(step);
    this.#store.append(step);
    // Twice what is remembered, so that replacing costs little per step however much there is.
    if (this.#store.length > REPLACE_AFTER + 2 * this.size) this.#store.replace(this.steps());
  }

  /**
   * Alerts that fire, and that neither expire nor are `known` to those who say their ends, are over at `untilUs` unless they are told again:
   * the process was killed while their beginning was being written down.
   */
  doubt(known: ReadonlySet<string>, untilUs: number): void {
    for (const held of this.alerts.values())
      if (held.alert.endsAtUs === undefined && held.expiresAtUs === undefined && !known.has(held.id))
        this.alerts.set(held.id, { ...held, expiresAtUs: untilUs });
  }

  /** Whether everything so far is durable now. */
  durable(): Promise<boolean> {
    return this.#store.flush();
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  /** How many things are remembered. */
  get size(): number {
    return (
      this.alerts.size + this.silences.size + this.acknowledgements.size + this.told.size + this.telling.size
    );
  }

  /** The shortest steps that lead to this memory. */
  steps(): Step[] {
    return [
      ...[...this.alerts.values()].map((held): Step => ({ is: 'alert', held })),
      ...[...this.silences.values()].map((silence): Step => ({ is: 'silence', silence })),
      ...[...this.acknowledgements.values()].map((acknowledgement): Step => ({
        is: 'acknowledged',
        acknowledgement,
      })),
      ...[...this.told].map(([key, told]): Step => ({ is: 'told', key, told })),
      ...[...this.telling].map(([key, firing]): Step => ({ is: 'telling', key, firing })),
    ];
  }

  #apply(step: Step): void {
    switch (step.is) {
      case 'alert':
        return void this.alerts.set(step.held.id, step.held);
      case 'alert_gone':
        this.acknowledgements.delete(step.id);
        return void this.alerts.delete(step.id);
      case 'telling':
        return void this.telling.set(step.key, step.firing);
      case 'told':
        this.telling.delete(step.key);
        return void this.told.set(step.key, step.told);
      case 'not_told':
        return void this.telling.delete(step.key);
      case 'told_gone':
        this.telling.delete(step.key);
        return void this.told.delete(step.key);
      case 'silence':
        return void this.silences.set(step.silence.id, step.silence);
      case 'silence_gone':
        return void this.silences.delete(step.id);
      case 'acknowledged':
        return void this.acknowledgements.set(step.acknowledgement.id, step.acknowledgement);
      case 'acknowledgement_gone':
        return void this.acknowledgements.delete(step.id);
    }
  }
}

/** Keeps nothing beyond the process. */
export class MemoryStore implements StepStore {
  readonly length = 0;

  append(_step: Step): void {
    // There is nothing to keep it in.
  }

  flush(): Promise<boolean> {
    return Promise.resolve(true);
  }

  replace(_steps: readonly Step[]): void {
    // There is nothing to replace.
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
