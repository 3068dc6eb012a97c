/**
 * Faults as data: what, to whom, when, for how long. They are scheduled before a run or injected while
 * it goes on; the world carries them out and reports their begin and end on the truth channel,
 * which the event stream never carries.
 */

import type { BehaviourName } from './behaviour.js';

/** Validator id, node id or position. */
export type Who = string | number;

interface Timed {
  /** When, microseconds from the start of the run; now when absent. */
  readonly atUs?: number | undefined;
  /** Heals by itself after this long. */
  readonly durationUs?: number | undefined;
}

interface OfOne extends Timed {
  readonly validator: Who;
}

/** Something in the way of messages; without `validators` it is about everybody's. */
interface OnTheWay extends Timed {
  /** Whose messages. */
  readonly validators?: readonly Who[] | undefined;
  /** Share of messages, 0 to 1. */
  readonly ratio: number;
}

/** A fault that begins and ends. */
export type LastingFault =
  /** The process stops: memory, timers and unfinished disk writes are lost. */
  | ({ readonly kind: 'crash' } & OfOne)
  /** A crash after which the disk has no safety record: lock and last voted view are lost. */
  | ({ readonly kind: 'amnesia' } & OfOne)
  /** Everything that it sends takes `delayUs` longer. */
  | ({ readonly kind: 'slow'; readonly delayUs: number } & OfOne)
  /** Every sync of its disk takes `delayUs` longer. */
  | ({ readonly kind: 'stall'; readonly delayUs: number } & OfOne)
  /** Its processor takes `factor` times as long, also where the processor is free otherwise. */
  | ({ readonly kind: 'starve'; readonly factor: number } & OfOne)
  /** Its process grows by so many bytes a second; a restart frees them. */
  | ({ readonly kind: 'leak'; readonly bytesPerSecond: number } & OfOne)
  /** Its wall clock is wrong: by `offsetUs`, and by `driftPpm` more as time goes by. Stamps only. */
  | ({ readonly kind: 'clock'; readonly offsetUs: number; readonly driftPpm?: number | undefined } & OfOne)
  /** Validators of different groups do not reach each other; who is in no group is a group with the others. */
  | ({ readonly kind: 'partition'; readonly groups: readonly (readonly Who[])[] } & Timed)
  /** What `from` send does not reach `to`; the other way it does. */
  | ({
      readonly kind: 'one_way_partition';
      readonly from: readonly Who[];
      readonly to: readonly Who[];
    } & Timed)
  | ({ readonly kind: 'loss'; readonly transport?: 'datagram' | 'stream' | undefined } & OnTheWay)
  | ({ readonly kind: 'duplicate' } & OnTheWay)
  /** Such messages are held back by up to `delayUs`; 50 ms by default. */
  | ({ readonly kind: 'reorder'; readonly delayUs?: number | undefined } & OnTheWay)
  /** It deviates from the protocol, or so it looks to the others. */
  | ({ readonly kind: 'byzantine'; readonly behaviour: BehaviourName } & OfOne)
  /** Each of `validators` runs twice; the second process talks with those `apart`, the first with the rest. */
  | ({ readonly kind: 'twins'; readonly validators: readonly Who[]; readonly apart: readonly Who[] } & Timed)
  /** Clients submit `factor` times as much. */
  | ({ readonly kind: 'flash_crowd'; readonly factor: number } & Timed);

/** What to do. `heal` ends whatever a validator suffers from; without a validator, whatever no single one does. */
export type Fault =
  | LastingFault
  | { readonly kind: 'heal'; readonly validator?: Who | undefined; readonly atUs?: number | undefined };

/** Kinds of fault that have a begin and an end. */
export type FaultKind = LastingFault['kind'];

/** Numbers of the kinds in the digest; never renumbered. */
export const faultCodes: Readonly<Record<FaultKind, number>> = {
  crash: 0,
  slow: 1,
  amnesia: 2,
  stall: 3,
  starve: 4,
  leak: 5,
  clock: 6,
  partition: 7,
  one_way_partition: 8,
  loss: 9,
  duplicate: 10,
  reorder: 11,
  flash_crowd: 12,
  byzantine: 13,
  twins: 14,
};

/** A change as the event queue holds it. */
export type FaultChange =
  | { readonly change: 'begin'; readonly fault: LastingFault }
  /** Ends one fault, if it still lasts. */
  | { readonly change: 'end'; readonly activation: number }
  | { readonly change: 'heal'; readonly validator: number | undefined };

/** Position of a validator named by position, validator id or node id. */
export function validatorIndex(name: Who, validators: number): number | undefined {
  const digits = typeof name === 'number' ? String(name) : /^(?:validator|node)-(\d+)$/.exec(name)?.[1];
  const index = digits === undefined ? Number.NaN : Number(digits);
  return Number.isInteger(index) && index >= 0 && index < validators ? index : undefined;
}

/** Everybody whom a fault names. */
export function namedBy(fault: Fault): readonly Who[] {
  switch (fault.kind) {
    case 'partition':
      return fault.groups.flat();
    case 'one_way_partition':
      return [...fault.from, ...fault.to];
    case 'loss':
    case 'duplicate':
    case 'reorder':
      return fault.validators ?? [];
    case 'twins':
      return [...fault.validators, ...fault.apart];
    case 'flash_crowd':
      return [];
    default:
      return fault.validator === undefined ? [] : [fault.validator];
  }
}
