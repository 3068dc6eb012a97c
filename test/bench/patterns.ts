/**
 * What patterns cost on the way of an event to the domains: nothing that is worth speaking of where nobody watches it. Pairs in
 * one run, in processor time, medians of ratios.
 */
import { PatternMatcher } from '../../src/alerts/patterns/pattern-matcher.js';
import { PatternWatch } from '../../src/alerts/patterns/pattern-watch.js';
import { readRuleFiles } from '../../src/alerts/rules/rule-file.js';
import { WallClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import { DomainRegistry, type NodeDispatch } from '../../src/domains/registry.js';
import { LineDecoder } from '../../src/events/decode.js';
import type { DomainEvent } from '../../src/events/vocabulary.js';
import { Board } from '../../src/metrics/board.js';
import { ndjsonOfVotes } from './votes.js';
import { duration, type BenchRow } from './row.js';

const EVENTS = 80_000;
const ROUNDS = 2;
const MOST = 1.05;
/** One that hears four of five events of the stream. */
const BUSY = `patterns:
  - {alert: Votes, type: event_count, events: [{event: consensus.vote_received, where: {vote: vote2}}], timespan: 1m, condition: {gte: 9}}
`;
/** One that hears none. */
const IDLE = BUSY.replace('consensus.vote_received, where: {vote: vote2}', 'network.partition_detected');

/** Measures for some seconds. */
export function run(): Promise<BenchRow[]> {
  const lines = ndjsonOfVotes(EVENTS).toString('latin1').trimEnd().split('\n');
  const without: number[] = [];
  const kinds = { without: undefined, again: undefined, idle: IDLE, busy: BUSY };
  const names = Object.keys(kinds) as (keyof typeof kinds)[];
  const found: Record<keyof typeof kinds, number[]> = { without: [], again: [], idle: [], busy: [] };
  // Everything is compiled before it counts, and each is first as often as the others.
  for (const name of names) nsPerEvent(lines, kinds[name]);
  for (let i = 0; i < ROUNDS * names.length; i++) {
    const ns: Partial<Record<keyof typeof kinds, number>> = {};
    for (let j = 0; j < names.length; j++) {
      const name = names[(i + j) % names.length]!;
      ns[name] = nsPerEvent(lines, kinds[name]);
    }
    for (const name of names) found[name].push(ns[name]! / ns.without!);
    without.push(ns.without!);
  }
  const [again, idle, busy] = [median(found.again), median(found.idle), median(found.busy)];
  const percent = (ratio: number): string => `${((ratio - 1) * 100).toFixed(1)} %`;
  return Promise.resolve([
    {
      what: 'Dispatch of an event to all domains that no pattern watches, beside one without patterns',
      ours: `${percent(idle)} more than ${duration(median(without))}; ${percent(busy)} where a pattern watches four of five and refuses them; ${percent(again)} without patterns again`,
      peers: [],
      floor: `<= ${percent(MOST)} more processor time`,
      holds: idle <= MOST,
    },
  ]);
}

function nsPerEvent(lines: readonly string[], patterns: string | undefined): number {
  const clock = new WallClock();
  const registry = new DomainRegistry({ board: new Board(), clock, windowUs: 60_000_000 });
  const watch = new PatternWatch({
    clock,
    logger: silentLogger,
    nameOf: (_, id) => id,
    matched: () => undefined,
  });
  const { groups } = readRuleFiles([{ name: 'bench', text: patterns ?? 'patterns: []' }]);
  const rules = groups.flatMap((group) => group.rules);
  watch.watch(
    rules.flatMap((rule) =>
      rule.kind === 'alert' && rule.pattern
        ? [{ key: rule.key, matcher: new PatternMatcher(rule.pattern) }]
        : [],
    ),
  );
  const dispatcher = patterns === undefined ? registry : watch.dispatching(registry);
  const nodes = new Map<string, Pick<NodeDispatch, 'dispatch'>>();
  const events: {
    readonly node: Pick<NodeDispatch, 'dispatch'>;
    readonly index: number;
    readonly event: DomainEvent;
  }[] = [];
  const decoder = new LineDecoder();
  for (const line of lines) {
    decoder.decode(line);
    const { event, index } = decoder;
    if (event?.type === 'hello') nodes.set(event.node, dispatcher.attach(event));
    else if (event !== undefined)
      events.push({ node: nodes.get(event.node)!, index, event: event as DomainEvent });
  }
  globalThis.gc?.();
  const before = process.cpuUsage();
  for (const { node, index, event } of events) node.dispatch(index, event);
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / events.length;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
