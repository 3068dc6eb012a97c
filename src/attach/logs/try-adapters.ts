/**
 * Which adapter reads a log: each is tried on the same lines, and what came of it is counted. The best is the one that
 * knows most kinds of lines of the log, then most lines; one that knows none is never proposed.
 */
import type { Adapter } from './adapter.js';
import { withoutAnsi } from './ansi.js';
import { LogTranslator } from './translator.js';

/** What an adapter made of the lines. */
export interface Trial {
  readonly adapter: Adapter;
  readonly lines: number;
  readonly matched: number;
  readonly ignored: number;
  readonly failed: number;
  /** Kinds of lines seen, of `adapter.patterns`. */
  readonly kinds: number;
  /** Events told, by type. */
  readonly events: ReadonlyMap<string, number>;
}

/** Tries every adapter; the best first. */
export function tryAdapters(adapters: readonly Adapter[], lines: readonly string[]): readonly Trial[] {
  const plain = lines.map(withoutAnsi);
  return adapters
    .map((adapter) => tryAdapter(adapter, plain))
    .sort((a, b) => b.kinds - a.kinds || b.matched - a.matched || a.failed - b.failed);
}

/** The one to propose, of trials in the order of `tryAdapters`. */
export function proposed([best]: readonly Trial[]): Trial | undefined {
  return best !== undefined && best.matched > best.failed ? best : undefined;
}

function tryAdapter(adapter: Adapter, lines: readonly string[]): Trial {
  let nowUs = 1;
  const translator = new LogTranslator(adapter, { chain: 'trial', node: 'trial' }, () => nowUs++);
  const kinds = new Set<string>();
  const events = new Map<string, number>();
  for (const line of lines) {
    const { was, pattern, told } = translator.line(line);
    if (was === 'matched' && pattern !== undefined) kinds.add(pattern);
    for (const event of told) {
      const { type } = JSON.parse(event) as { type: string };
      if (type !== 'hello') events.set(type, (events.get(type) ?? 0) + 1);
    }
  }
  const { matched, ignored, failed } = translator.counts;
  return { adapter, lines: lines.length, matched, ignored, failed, kinds: kinds.size, events };
}
