/** The table of where the time of pages went, from what the traced sidecar noted and the bench itself stamped. */
import type { Marks, Trace } from './latency-trace.js';

/** Steps in their order, and what each of them is. */
const STEPS: readonly (readonly [string, string])[] = [
  ['read', 'written -> read from the socket'],
  ['decoded', 'decoded and queued'],
  ['heard', 'waits in the queue, heard by the domains'],
  ['asked', 'waits for the evaluation of its rule'],
  ['found', 'the rule is evaluated'],
  ['told', 'the transition is made durable, told'],
  ['sent', 'routed, the intent recorded'],
  ['arrived', 'sent, arrived at the webhook'],
];

/** Pages with the stamps of both ends, nanoseconds. */
export interface Timed {
  readonly key: string;
  readonly sentNs: number;
  readonly arrivedNs: number;
}

/** One line per step: median, p99 and longest, milliseconds. */
export function stepsTable(title: string, timed: readonly Timed[], { pages }: Pick<Trace, 'pages'>): string {
  const spent = new Map<string, number[]>(STEPS.map(([step]) => [step, []]));
  const worst: { readonly ms: number; readonly text: string }[] = [];
  for (const { key, sentNs, arrivedNs } of timed) {
    const marks: Marks = { ...pages[key], arrived: arrivedNs };
    let before = sentNs;
    const parts: string[] = [];
    for (const [step] of STEPS) {
      const at = marks[step];
      if (at === undefined) continue;
      const ms = (at - before) / 1e6;
      spent.get(step)!.push(ms);
      parts.push(`${step} ${ms.toFixed(0)}`);
      before = at;
    }
    worst.push({ ms: (arrivedNs - sentNs) / 1e6, text: `${key.split(' ')[1]}: ${parts.join(', ')}` });
  }
  const lines = STEPS.map(([step, what]) => `  ${what.padEnd(44)}${figures(spent.get(step)!)}`);
  const slowest = worst.sort((a, b) => b.ms - a.ms).slice(0, 6);
  return [
    `${title} (${timed.length} pages): p50 / p90 / p99 / longest, ms`,
    ...lines,
    `  ${'all'.padEnd(44)}${figures(worst.map(({ ms }) => ms))}`,
    ...slowest.map(({ ms, text }) => `    ${ms.toFixed(0)} ms  ${text}`),
  ].join('\n');
}

/** What held the loop while it was measured. */
export function turnsTable({ turns, loop, waiting }: Trace, fromNs: number): string {
  const timely = turns.filter(({ atNs }) => atNs > fromNs).sort((a, b) => b.ms - a.ms);
  const totals = new Map<string, number>();
  for (const { parts } of timely)
    for (const [what, ms] of parts) totals.set(what, (totals.get(what) ?? 0) + ms);
  const ranked = [...totals].sort(([, a], [, b]) => b - a).slice(0, 12);
  const text = (parts: readonly (readonly [string, number])[]): string =>
    parts.map(([what, ms]) => `${what} ${ms.toFixed(0)}`).join(', ');
  return [
    `delay of the loop p50 ${loop.p50.toFixed(1)}, p99 ${loop.p99.toFixed(1)}, longest ${loop.max.toFixed(0)} ms; waited ${(waiting * 100).toFixed(0)} % of the time for a processor`,
    `${timely.length} turns of more than 20 ms: ${figures(timely.map(({ ms }) => ms))}; in all ${text(ranked)}`,
    ...timely.slice(0, 12).map(({ ms, parts }) => `  ${ms.toFixed(0)} ms: ${text(parts)}`),
  ].join('\n');
}

function figures(unsorted: readonly number[]): string {
  const sorted = [...unsorted].sort((a, b) => a - b);
  const at = (share: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1).padStart(7);
  return [0.5, 0.9, 0.99, 1].map(at).join(' /');
}
