/** What a line tells: one event, and of what each of its fields is made. Data only; nothing here does work. */
import type { Expression } from './expression.js';

/** One event that a line tells. */
export interface Told {
  /** A type of docs/EVENTS.md. */
  readonly type: string;
  readonly fields: readonly { readonly name: string; readonly of: Expression }[];
}
