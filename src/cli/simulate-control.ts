/**
 * The control channel of `simulate --control`: commands as lines in, the truth as JSON lines out. The words are read
 * here, purely; `simulate.ts` carries them out.
 */
import { parseDuration } from '../base/duration.js';
import { validatorOf } from './simulate-words.js';

/** A line that `simulate --control` writes. Times are those of the events' `ts_us`. */
export type ControlLine =
  | {
      readonly type: 'fault';
      readonly at_us: number;
      readonly fault: string;
      /** The cause; `network` or `clients` where no single validator is. */
      readonly validator: string;
      readonly phase: 'begin' | 'end';
    }
  | {
      readonly type: 'status';
      readonly at_us: number;
      /** Virtual time since the start. */
      readonly virtual_us: number;
      readonly nodes: readonly ControlNode[];
    }
  | { readonly type: 'problem'; readonly message: string };

/** What is true of one node. */
export interface ControlNode {
  readonly id: string;
  readonly validator: string;
  /** `up`, `crashed` or `slow`. */
  readonly state: string;
  /** Blocks that this node has committed: its height. */
  readonly committed: number;
  readonly view: number;
}

/** A command, understood. */
export type ControlCommand =
  | { readonly kind: 'crash' | 'heal'; readonly validator: string | number }
  | { readonly kind: 'slow'; readonly validator: string | number; readonly delayUs: number }
  | { readonly kind: 'status' }
  | { readonly kind: 'problem'; readonly message: string };

/** Reads one line; undefined for an empty one. */
export function readCommand(line: string): ControlCommand | undefined {
  const [word, validator, delay, ...rest] = line.trim().split(/\s+/);
  if (word === undefined || word === '') return undefined;
  if (word === 'status' && validator === undefined) return { kind: 'status' };
  const isShort = delay === undefined && validator !== undefined;

  if ((word === 'crash' || word === 'heal') && isShort)
    return { kind: word, validator: validatorOf(validator) };
  if (word === 'slow' && validator !== undefined && rest.length === 0) {
    const delayUs = parseDuration(delay ?? '');
    if (delayUs !== undefined) return { kind: 'slow', validator: validatorOf(validator), delayUs };
  }
  const message = `found ${JSON.stringify(line.trim())}, expected crash WHO, slow WHO DELAY, heal WHO or status`;
  return { kind: 'problem', message };
}
