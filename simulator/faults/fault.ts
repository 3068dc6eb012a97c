/**
 * Faults as data: what, to whom, when, for how long. They are scheduled before a run or injected while
 * it goes on; the world carries them out and reports their begin and end on the truth channel,
 * which the event stream never carries.
 */

/** What to do to a validator. `heal` ends whatever it suffers from. */
export type Fault =
  | {
      /** The process stops: memory, timers and unfinished disk writes are lost. */
      readonly kind: 'crash';
      /** Validator id or position. */
      readonly validator: string | number;
      /** When, microseconds from the start of the run; now when absent. */
      readonly atUs?: number | undefined;
      /** Heals by itself after this long. */
      readonly durationUs?: number | undefined;
    }
  | {
      /** Everything that it sends takes `delayUs` longer. */
      readonly kind: 'slow';
      readonly validator: string | number;
      readonly delayUs: number;
      readonly atUs?: number | undefined;
      readonly durationUs?: number | undefined;
    }
  | { readonly kind: 'heal'; readonly validator: string | number; readonly atUs?: number | undefined };

/** Kinds of fault that have a begin and an end. */
export type FaultKind = 'crash' | 'slow';

/** One line of the truth channel. */
export interface TruthLine {
  /** On the same scale as the events' `ts_us`: microseconds since the Unix epoch. */
  readonly at_us: number;
  readonly fault: FaultKind;
  /** Validator id. */
  readonly validator: string;
  readonly phase: 'begin' | 'end';
}

/** A fault with its validator found, as the event queue holds it. */
export interface FaultChange {
  readonly kind: Fault['kind'];
  readonly validator: number;
  readonly delayUs: number;
  readonly durationUs: number | undefined;
}

/** Position of a validator named by position, validator id or node id. */
export function validatorIndex(name: string | number, validators: number): number | undefined {
  const digits = typeof name === 'number' ? String(name) : /^(?:validator|node)-(\d+)$/.exec(name)?.[1];
  const index = digits === undefined ? Number.NaN : Number(digits);
  return Number.isInteger(index) && index >= 0 && index < validators ? index : undefined;
}
