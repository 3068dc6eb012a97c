/**
 * From faults as they are stated to faults with positions and times. A fault of several validators becomes one for
 * each; one with `every` begins again and again, with the next validator each time. Pure but for the seed's draws.
 */
import type { Random } from '../../src/base/random.js';
import type { Fault, LastingFault } from '../faults/fault.js';
import type { StatedFault } from './fault-schema.js';
import type { Picking } from './picking.js';
import type { Range } from './words.js';

/** A number of the span, whole milliseconds, so that a replay command can state it. */
export function drawnUs(range: Range, random: Random): number {
  const steps = Math.floor((range.toUs - range.fromUs) / 1_000);
  return range.fromUs + 1_000 * random.int(steps + 1);
}

/**
 * The faults that one stated fault stands for.
 * @param shiftUs added to when it begins, unless it lasts from the start
 */
export function plannedFaults(
  stated: StatedFault,
  picking: Picking,
  random: Random,
  shiftUs: number,
): Fault[] {
  const atUs = stated.at === undefined ? 0 : shiftUs + drawnUs(stated.at, random);
  if (stated.kind === 'heal') {
    if (stated.validator === undefined) return [{ kind: 'heal', atUs }];
    return picking.pick(stated.validator).map((validator) => ({ kind: 'heal', validator, atUs }));
  }
  const variants = lastingFaults(stated, picking);
  const { every, repeat = every === undefined ? 1 : variants.length } = stated;
  const timed = (fault: LastingFault, beginsUs: number): Fault => {
    const durationUs = stated.for === undefined ? undefined : drawnUs(stated.for, random);
    return { ...fault, atUs: beginsUs, ...(durationUs === undefined ? {} : { durationUs }) };
  };
  if (every === undefined) return variants.map((fault) => timed(fault, atUs));
  return Array.from({ length: repeat }, (_, time) =>
    timed(variants[time % variants.length] as LastingFault, atUs + time * every),
  );
}

/** Without times; one for each validator where the fault is of one. */
function lastingFaults(stated: Exclude<StatedFault, { kind: 'heal' }>, picking: Picking): LastingFault[] {
  switch (stated.kind) {
    case 'partition':
      return [{ kind: 'partition', groups: stated.groups.map((group) => picking.pick(group)) }];
    case 'one_way_partition':
      return [{ kind: stated.kind, from: picking.pick(stated.from), to: picking.pick(stated.to) }];
    case 'twins':
      return [
        { kind: 'twins', validators: picking.pick(stated.validators), apart: picking.pick(stated.apart) },
      ];
    case 'flash_crowd':
      return [{ kind: 'flash_crowd', factor: stated.factor }];
    case 'loss':
      return [
        { kind: 'loss', ratio: stated.ratio, transport: stated.transport, ...senders(stated, picking) },
      ];
    case 'duplicate':
      return [{ kind: 'duplicate', ratio: stated.ratio, ...senders(stated, picking) }];
    case 'reorder':
      return [{ kind: 'reorder', ratio: stated.ratio, delayUs: stated.delay, ...senders(stated, picking) }];
    default:
      return ofEach(stated, picking);
  }
}

function senders(
  stated: Extract<StatedFault, { kind: 'loss' | 'duplicate' | 'reorder' }>,
  picking: Picking,
): { readonly validators?: readonly number[] } {
  return stated.validators === undefined ? {} : { validators: picking.pick(stated.validators) };
}

type StatedOfOne = Extract<
  StatedFault,
  { kind: 'crash' | 'amnesia' | 'slow' | 'stall' | 'starve' | 'leak' | 'clock' | 'byzantine' }
>;

function ofEach(stated: StatedOfOne, picking: Picking): LastingFault[] {
  const whom = stated.validator ?? stated.validators;
  if (whom === undefined) picking.problems.push(`found ${stated.kind} of nobody, expected validator`);
  const validators = whom === undefined ? [] : picking.pick(whom);
  return validators.map((validator): LastingFault => {
    switch (stated.kind) {
      case 'slow':
      case 'stall':
        return { kind: stated.kind, validator, delayUs: stated.delay };
      case 'starve':
        return { kind: 'starve', validator, factor: stated.factor };
      case 'leak':
        return { kind: 'leak', validator, bytesPerSecond: stated.bytes_per_second };
      case 'clock':
        return { kind: 'clock', validator, offsetUs: stated.offset, driftPpm: stated.drift_ppm };
      case 'byzantine':
        return { kind: 'byzantine', validator, behaviour: stated.behaviour };
      default:
        return { kind: stated.kind, validator };
    }
  });
}
