/** What is wrong with a fault, all at once, in the words of its own fields. Pure. */
import { disturbanceProblems } from '../network/network-options.js';
import { behaviourNames } from './behaviour.js';
import { faultCodes, namedBy, validatorIndex, type Fault } from './fault.js';

/** One thing wrong. */
interface Problem {
  readonly path: string;
  readonly found: unknown;
  readonly expected: string;
}

/** All that is wrong with `fault` in a network of `validators`; empty when it is fine. */
export function faultProblems(fault: Fault, validators: number): Problem[] {
  if (fault.kind !== 'heal' && !(fault.kind in faultCodes))
    return [{ path: 'kind', found: (fault as Fault).kind, expected: Object.keys(faultCodes).join(', ') }];
  const problems: Problem[] = [];
  for (const name of namedBy(fault))
    if (validatorIndex(name, validators) === undefined)
      problems.push({
        path: 'validator',
        found: name,
        expected: `validator-0 to validator-${validators - 1}, or a position`,
      });
  problems.push(...whole('atUs', fault.atUs, 0), ...ofKind(fault));
  if (fault.kind !== 'heal') problems.push(...whole('durationUs', fault.durationUs, 1));
  return problems;
}

function ofKind(fault: Fault): Problem[] {
  switch (fault.kind) {
    case 'slow':
    case 'stall':
      return required('delayUs', fault.delayUs, fault.delayUs >= 1 && Number.isSafeInteger(fault.delayUs));
    case 'starve':
    case 'flash_crowd':
      return fault.factor >= 1 && fault.factor <= 10_000
        ? []
        : [{ path: 'factor', found: fault.factor, expected: 'a number from 1 to 10,000' }];
    case 'leak':
      return fault.bytesPerSecond > 0 && Number.isFinite(fault.bytesPerSecond)
        ? []
        : [{ path: 'bytesPerSecond', found: fault.bytesPerSecond, expected: 'a number above 0' }];
    case 'clock':
      return clockProblems(fault.offsetUs, fault.driftPpm ?? 0);
    case 'partition':
      return partitionProblems(fault.groups);
    case 'loss':
      return ratioProblems(fault.ratio, { loss: fault.ratio, transport: fault.transport });
    case 'duplicate':
      return ratioProblems(fault.ratio, { duplicate: fault.ratio });
    case 'reorder':
      return [...ratioProblems(fault.ratio, { reorder: fault.ratio }), ...whole('delayUs', fault.delayUs, 1)];
    case 'byzantine':
      return behaviourNames.includes(fault.behaviour)
        ? []
        : [{ path: 'behaviour', found: fault.behaviour, expected: behaviourNames.join(', ') }];
    case 'twins':
      return twinsProblems(fault.validators, fault.apart);
    default:
      return [];
  }
}

function twinsProblems(
  twinned: readonly (string | number)[],
  apart: readonly (string | number)[],
): Problem[] {
  const members = [...twinned, ...apart].map(String);
  if (twinned.length > 0 && new Set(members).size === members.length) return [];
  return [{ path: 'validators', found: twinned, expected: 'one or more, none of them in apart' }];
}

function ratioProblems(ratio: unknown, as: Parameters<typeof disturbanceProblems>[0]): Problem[] {
  if (ratio === undefined) return [{ path: 'ratio', found: ratio, expected: 'a ratio from 0 to 1' }];
  return disturbanceProblems(as).map((problem) =>
    problem.path === 'transport' ? problem : { ...problem, path: 'ratio' },
  );
}

function clockProblems(offsetUs: number, driftPpm: number): Problem[] {
  const problems: Problem[] = [];
  if (!Number.isSafeInteger(offsetUs))
    problems.push({ path: 'offsetUs', found: offsetUs, expected: 'an integer of microseconds' });
  if (!(Math.abs(driftPpm) <= 100_000))
    problems.push({ path: 'driftPpm', found: driftPpm, expected: 'a number from -100,000 to 100,000' });
  return problems;
}

function partitionProblems(groups: readonly (readonly (string | number)[])[]): Problem[] {
  const members = groups.flat().map(String);
  if (
    groups.length > 0 &&
    groups.every((group) => group.length > 0) &&
    new Set(members).size === members.length
  )
    return [];
  const expected = 'one or more groups, none empty, nobody in two';
  return [{ path: 'groups', found: groups, expected }];
}

function required(path: string, found: unknown, ok: boolean): Problem[] {
  return ok ? [] : [{ path, found, expected: 'an integer of microseconds, at least 1' }];
}

function whole(path: string, found: number | undefined, least: number): Problem[] {
  if (found === undefined || (Number.isSafeInteger(found) && found >= least)) return [];
  return [{ path, found, expected: `an integer of microseconds, at least ${least}` }];
}
