/**
 * The words of `simulate`, read one at a time into values. Every wrong one is remembered with its option, what was found
 * and what was expected; nothing is thrown before all are known. Reads no file but a trace of transactions.
 */
import {
  readFault,
  readTransactionTrace,
  type SimulationOptions,
  type StatedFault,
  type TransactionTrace,
} from '../../simulator/main.js';
import { parseDuration } from '../base/duration.js';
import { QuorumscopeError } from '../base/errors.js';
import { tcpAddress, unixPath } from '../config/address.js';

type Bursts = NonNullable<NonNullable<SimulationOptions['workload']>['bursts']>;

/** A fault that is known before the run; `atUs` counts from its start. */
export type PlannedFault =
  | { readonly kind: 'crash' | 'heal'; readonly validator: string | number; readonly atUs: number }
  | {
      readonly kind: 'slow';
      readonly validator: string | number;
      readonly atUs: number;
      /** Added to every message that it sends. */
      readonly delayUs: number;
    };

/** `v2` and `2` are positions; other names are the simulator's to know. */
export function validatorOf(name: string): string | number {
  const digits = /^v?(\d+)$/.exec(name)?.[1];
  return digits === undefined ? name : Number(digits);
}

/** What commander collected. */
export type RawOptions = Readonly<Record<string, string | readonly string[] | boolean | undefined>>;

export const MAX_SEED = 4_294_967_295;

/** The option as it is typed. */
export function flagOf(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

const ISO_INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/;

/** Reads words one at a time and remembers every problem. */
export class Words {
  readonly problems: string[] = [];
  readonly #raw: RawOptions;

  constructor(raw: RawOptions) {
    this.#raw = raw;
  }

  text(key: string): string | undefined {
    const value = this.#raw[key];
    return typeof value === 'string' ? value : undefined;
  }

  whole(key: string, min: number, max: number, fallback: number): number {
    const text = this.text(key);
    if (text === undefined) return fallback;
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    return this.#refuse(key, text, `a whole number from ${min} to ${max}`, fallback);
  }

  duration(key: string): number | undefined {
    const text = this.text(key);
    if (text === undefined) return undefined;
    return parseDuration(text) ?? this.#refuse(key, text, 'a duration such as 500ms, 5s or 1m30s', undefined);
  }

  choice<const V extends string>(key: string, values: readonly V[], fallback: V): V {
    const text = this.text(key) ?? fallback;
    const known = values.find((value) => value === text);
    return known ?? this.#refuse(key, text, values.join(' or '), fallback);
  }

  /** Microseconds since the Unix epoch. */
  instant(key: string): number | undefined {
    const text = this.text(key);
    if (text === undefined) return undefined;
    // Without a zone it would mean another instant on every machine.
    const us = /^\d+$/.test(text)
      ? Number(text)
      : ISO_INSTANT.test(text)
        ? Date.parse(text) * 1000
        : Number.NaN;
    if (Number.isSafeInteger(us) && us >= 0) return us;
    const expected = 'an instant such as 2025-01-01T00:00:00Z, or microseconds since the Unix epoch';
    return this.#refuse(key, text, expected, undefined);
  }

  /** A number that need not be whole. */
  number(key: string, min: number, max: number): number | undefined {
    const text = this.text(key);
    if (text === undefined) return undefined;
    const value = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    return this.#refuse(key, text, `a number from ${min} to ${max}`, undefined);
  }

  optionalWhole(key: string, min: number, max: number): number | undefined {
    return this.text(key) === undefined ? undefined : this.whole(key, min, max, min);
  }

  /** `1,1,2,3`. */
  wholes(key: string): number[] | undefined {
    const text = this.text(key);
    if (text === undefined) return undefined;
    if (/^\d+(?:,\d+)*$/.test(text)) return text.split(',').map(Number);
    return this.#refuse(key, text, 'whole numbers such as 1,1,2,3', undefined);
  }

  /** `40:1,1,1,0/1,1,1,1`: blocks of an epoch, then the powers of each set; `/...` at the end repeats them. */
  epochs(key: string): SimulationOptions['epochs'] {
    const text = this.text(key);
    if (text === undefined) return undefined;
    const [, blocks = '', sets = '', repeat] =
      /^(\d+):(\d+(?:,\d+)*(?:\/\d+(?:,\d+)*)*)(\/\.\.\.)?$/.exec(text) ?? [];
    if (Number(blocks) >= 1)
      return {
        blocks: Number(blocks),
        sets: sets.split('/').map((set) => set.split(',').map(Number)),
        repeat: repeat !== undefined,
      };
    const expected =
      'blocks and the powers of each set, such as 40:1,1,1,0/1,1,1,1; /... at the end repeats them';
    return this.#refuse(key, text, expected, undefined);
  }

  /** `20ms`, `normal:20ms,2ms`, `exponential:10ms,5ms` or `aws`. */
  latency(key: string): NonNullable<SimulationOptions['network']>['delay'] {
    const text = this.text(key);
    if (text === undefined) return undefined;
    if (text === 'aws') return { kind: 'aws' };
    const [, kind, first, second] = /^(normal|exponential):([^,]+),([^,]+)$/.exec(text) ?? [];
    const us = [first, second].map((word) => parseDuration(word ?? ''));
    const [a, b] = us;
    if (a !== undefined && b !== undefined)
      return kind === 'normal'
        ? { kind: 'normal', meanUs: a, deviationUs: b }
        : { kind: 'exponential', floorUs: a, meanUs: b };
    const fixed = parseDuration(text);
    if (fixed !== undefined && fixed > 0) return { kind: 'fixed', us: fixed };
    const expected = '20ms, normal:20ms,2ms (mean, deviation), exponential:10ms,5ms (floor, mean) or aws';
    return this.#refuse(key, text, expected, undefined);
  }

  /** All that was given, of an option that may be repeated. */
  texts(key: string): readonly string[] {
    const given = this.#raw[key];
    return Array.isArray(given) ? (given as readonly string[]) : [];
  }

  /** Each in the words of a scenario's faults. */
  stated(key: string): StatedFault[] {
    return this.texts(key).flatMap((text) => {
      const fault = readFault(text);
      if (!('problems' in fault)) return [fault];
      for (const problem of fault.problems)
        this.problems.push(`${flagOf(key)} ${JSON.stringify(text)}: ${problem}`);
      return [];
    });
  }

  /** `200ms,800ms` or `200ms,800ms,0.1`: on, off, and the share of the rate that goes on while off. */
  bursts(key: string): Bursts | undefined {
    const text = this.text(key);
    if (text === undefined) return undefined;
    const [on, off, share = '0', ...rest] = text.split(',');
    const [onUs, offUs] = [parseDuration(on ?? ''), parseDuration(off ?? '')];
    const quiet = /^[01](?:\.\d+)?$/.test(share) ? Number(share) : Number.NaN;
    const isWhole = rest.length === 0 && quiet <= 1;
    if (isWhole && onUs !== undefined && onUs > 0 && offUs !== undefined && offUs > 0)
      return quiet === 0 ? { onUs, offUs } : { onUs, offUs, quiet };
    const expected =
      '200ms,800ms (on, off), or with the share of the rate that goes on while off: 200ms,800ms,0.1';
    return this.#refuse(key, text, expected, undefined);
  }

  /** The transactions of a file; undefined where it is not right. */
  trace(key: string): TransactionTrace | undefined {
    const text = this.text(key);
    if (text === undefined) return undefined;
    try {
      return readTransactionTrace(text);
    } catch (error) {
      if (!(error instanceof QuorumscopeError)) throw error;
      for (const problem of error.details['problems'] as readonly string[])
        this.problems.push(`${flagOf(key)}: ${problem}`);
      return undefined;
    }
  }

  address(key: string): string | undefined {
    const text = this.text(key);
    if (text === undefined || unixPath(text) !== undefined || tcpAddress(text) !== undefined) return text;
    return this.#refuse(key, text, 'unix:///path or tcp://127.0.0.1:port', undefined);
  }

  /** `v2@5s`, or with a delay `v2@5s:300ms`. */
  faults(kind: PlannedFault['kind']): PlannedFault[] {
    return this.texts(kind).flatMap((text) => {
      const match = /^([\w-]+)@([^:@]+)(?::([^:@]+))?$/.exec(text);
      const atUs = parseDuration(match?.[2] ?? '');
      const delayUs = parseDuration(match?.[3] ?? '0');
      const isWhole = (kind === 'slow') === (match?.[3] !== undefined);
      if (match && isWhole && atUs !== undefined && delayUs !== undefined)
        return [planned(kind, validatorOf(match[1]!), atUs, delayUs)];
      const expected = kind === 'slow' ? 'who@when:delay, such as v2@5s:300ms' : 'who@when, such as v2@5s';
      return this.#refuse(kind, text, expected, []);
    });
  }

  flag(key: string): boolean {
    return this.#raw[key] === true;
  }

  expect(holds: boolean, problem: string): void {
    if (!holds) this.problems.push(problem);
  }

  #refuse<T>(key: string, found: string, expected: string, instead: T): T {
    this.problems.push(`${flagOf(key)}: found ${JSON.stringify(found)}, expected ${expected}`);
    return instead;
  }
}

function planned(
  kind: PlannedFault['kind'],
  validator: string | number,
  atUs: number,
  delayUs: number,
): PlannedFault {
  return kind === 'slow' ? { kind, validator, atUs, delayUs } : { kind, validator, atUs };
}

/** @throws QuorumscopeError `config.invalid` naming every problem, unless there is none */
export function refuseAll(problems: readonly string[]): void {
  if (problems.length === 0) return;
  const message = `simulate cannot run like this:\n\n${problems.map((line) => `  ${line}`).join('\n')}\n`;
  throw new QuorumscopeError('config.invalid', 'configuration', message, { details: { problems } });
}
