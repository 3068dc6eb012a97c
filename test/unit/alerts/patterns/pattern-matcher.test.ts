import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Pattern } from '../../../../src/alerts/patterns/pattern.js';
import { PatternMatcher, type Speaker } from '../../../../src/alerts/patterns/pattern-matcher.js';
import { readRuleFiles } from '../../../../src/alerts/rules/rule-file.js';

const S = 1_000_000;

/** A pattern read from its fields; it must be good. */
function pattern(fields: string): Pattern {
  const indented = fields.trim().replaceAll(/^/gm, '    ');
  const text = `patterns:\n  - alert: P\n${indented}\n`;
  const { groups, problems } = readRuleFiles([{ name: 'p.yml', text }]);
  expect(problems).toEqual([]);
  const [rule] = groups[0]!.rules;
  if (rule?.kind !== 'alert' || rule.pattern === undefined) throw new Error('no pattern');
  return rule.pattern;
}

const speaker = (chain: string, node?: string): Speaker => ({ chain, node, name: (id) => id });

/** Lets a matcher hear an event by its type. */
function hear(matcher: PatternMatcher, type: string, atS: number, fields = {}, by = speaker('c', 'n')): void {
  const steps = matcher.pattern.steps.flatMap(({ event }, i) => (event === type ? [i] : []));
  if (steps.length > 0) matcher.hear(steps, by, fields, atS * S);
}

const found = (matcher: PatternMatcher, atS: number): string[] =>
  matcher.found(atS * S).map(({ labels, value }) => `${labels.toString()} ${value}`);

const STARTED = 'process.started';
const STOPPED = 'process.stopped';
const SYNC = 'consensus.sync_started';
const SYNCED = 'consensus.sync_completed';

const COUNT = `
type: event_count
events: [{event: ${STARTED}}]
group_by: [node_id]
timespan: 10s
condition: {gte: 3}
`;
const ORDER = `
type: temporal_ordered
events: [{event: ${STARTED}}, {event: ${STOPPED}}, {event: ${SYNC}}]
group_by: [node_id]
timespan: 10s
`;

describe('a count of events', () => {
  it('holds from the event that completes it until nothing has come for so long', () => {
    const matcher = new PatternMatcher(pattern(`${COUNT}\nresolve_after: 20s`.replace('\n\n', '\n')));
    for (const atS of [0, 4, 20, 25]) hear(matcher, STARTED, atS);
    expect(found(matcher, 25)).toEqual([]);
    hear(matcher, STARTED, 30);
    expect(found(matcher, 30)).toEqual(['{node_id="n"} 3']);
    expect(found(matcher, 49)).toEqual(['{node_id="n"} 3']);
    expect(found(matcher, 50)).toEqual([]);
  });

  it('counts an event that stands for several as so many', () => {
    const matcher = new PatternMatcher(pattern(COUNT));
    hear(matcher, STARTED, 1, { weight: 5 });
    expect(found(matcher, 1)).toEqual(['{node_id="n"} 5']);
  });

  it('is found once at least, however late it is asked for', () => {
    const matcher = new PatternMatcher(pattern(COUNT));
    for (const atS of [1, 2, 3]) hear(matcher, STARTED, atS);
    expect(found(matcher, 1_000)).toHaveLength(1);
    expect(found(matcher, 1_001)).toEqual([]);
  });

  it('is the naive count of every group, whatever comes', () => {
    const events = fc.array(fc.record({ afterS: fc.nat(6), node: fc.constantFrom('a', 'b') }), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(events, (all) => {
        const matcher = new PatternMatcher(pattern(`${COUNT}resolve_after: 1s`));
        const heard: { readonly atS: number; readonly node: string }[] = [];
        let atS = 0;
        for (const { afterS, node } of all) {
          atS += afterS + 2;
          heard.push({ atS, node });
          hear(matcher, STARTED, atS, {}, speaker('c', node));
          const count = heard.filter((one) => one.node === node && one.atS >= atS - 10).length;
          expect(found(matcher, atS)).toEqual(count >= 3 ? [`{node_id="${node}"} ${count}`] : []);
        }
      }),
    );
  });
});

describe('an order of events', () => {
  /** Whether some choice of one event per step, in order and in time, ends with the last event. */
  function completes(events: readonly { readonly step: number; readonly atS: number }[]): boolean {
    const last = events.at(-1)!;
    return (
      last.step === 2 &&
      events.some(
        (first, i) =>
          first.step === 0 &&
          last.atS - first.atS <= 10 &&
          events.slice(i + 1, -1).some(({ step }) => step === 1),
      )
    );
  }

  it('is found exactly when there is such a sequence among the events since the last one', () => {
    const types = [STARTED, STOPPED, SYNC];
    const events = fc.array(fc.record({ step: fc.nat(2), afterS: fc.nat(4) }), { maxLength: 30 });
    fc.assert(
      fc.property(events, (all) => {
        const matcher = new PatternMatcher(pattern(ORDER));
        let heard: { step: number; atS: number }[] = [];
        let atS = 0;
        for (const { step, afterS } of all) {
          atS += afterS;
          heard.push({ step, atS });
          const before = matcher.takeCounts().matched;
          expect(before).toBe(0);
          hear(matcher, types[step]!, atS);
          const isComplete = completes(heard);
          expect(matcher.takeCounts().matched).toBe(isComplete ? 1 : 0);
          if (isComplete) heard = [];
        }
      }),
    );
  });

  it('takes one event for one step only', () => {
    const twice = pattern(ORDER.replace(STOPPED, STARTED).replace(SYNC, STARTED));
    const matcher = new PatternMatcher(twice);
    hear(matcher, STARTED, 1);
    hear(matcher, STARTED, 2);
    expect(found(matcher, 2)).toEqual([]);
    hear(matcher, STARTED, 3);
    expect(found(matcher, 3)).toEqual(['{node_id="n"} 2']);
  });

  it('need not be kept where any order is good', () => {
    const matcher = new PatternMatcher(pattern(ORDER.replace('temporal_ordered', 'temporal')));
    hear(matcher, SYNC, 1);
    hear(matcher, STARTED, 9);
    hear(matcher, STOPPED, 12);
    expect(found(matcher, 12)).toEqual([]);
    hear(matcher, SYNC, 13);
    expect(found(matcher, 13)).toEqual(['{node_id="n"} 4']);
  });
});

describe('a count of values', () => {
  it('is of different ones, with fields of other names by aliases', () => {
    const matcher = new PatternMatcher(
      pattern(`
type: value_count
events:
  - {event: consensus.view_timed_out}
  - {event: consensus.proposal_rejected, where: {reason: [malformed, wrong_leader]}, aliases: {leader: validator}}
group_by: [chain_id, leader]
field: view
timespan: 1m
condition: {gt: 2}
`),
    );
    hear(matcher, 'consensus.view_timed_out', 1, { view: 1, leader: 'v' });
    hear(matcher, 'consensus.view_timed_out', 2, { view: 1, leader: 'v' });
    hear(matcher, 'consensus.proposal_rejected', 3, { view: 2, validator: 'v', reason: 'malformed' });
    hear(matcher, 'consensus.proposal_rejected', 4, { view: 3, validator: 'v', reason: 'duplicate' });
    hear(matcher, 'consensus.view_timed_out', 5, { view: 3 });
    expect(found(matcher, 5)).toEqual([]);
    hear(matcher, 'consensus.view_timed_out', 6, { view: 4, leader: 'v' });
    expect(found(matcher, 6)).toEqual(['{chain_id="c", leader="v"} 3']);
  });
});

describe('what should have followed', () => {
  const MISSING = `
type: not_followed
events: [{event: ${SYNC}}, {event: ${SYNCED}}]
timespan: 10s
resolve_after: 1h
`;

  it('is missed when the time is over, and found again when it comes', () => {
    const matcher = new PatternMatcher(pattern(MISSING));
    hear(matcher, SYNC, 0);
    hear(matcher, SYNC, 5);
    expect(found(matcher, 9)).toEqual([]);
    expect(found(matcher, 10)).toEqual(['{chain_id="c", node_id="n"} 10']);
    hear(matcher, SYNCED, 60);
    expect(found(matcher, 61)).toEqual([]);
  });

  it('is not missed when it came in time', () => {
    const matcher = new PatternMatcher(pattern(MISSING));
    hear(matcher, SYNC, 0);
    hear(matcher, SYNCED, 9);
    expect(found(matcher, 100)).toEqual([]);
  });

  it.each([
    ['events of its domain were lost', 'n', 'consensus', []],
    ['the node went', 'n', undefined, []],
    ['events of another domain were lost', 'n', 'network', ['{chain_id="c", node_id="n"} 10']],
    ['another node lost some', 'm', 'consensus', ['{chain_id="c", node_id="n"} 10']],
  ])('is given up only where it could have been lost: %s', (_, node, domain, expected) => {
    const matcher = new PatternMatcher(pattern(MISSING));
    hear(matcher, SYNC, 0);
    matcher.lost('c', node, domain);
    expect(found(matcher, 30)).toEqual(expected);
    expect(matcher.takeCounts().forgotten.wait).toBe(expected.length === 0 ? 1 : 0);
  });
});

describe('memory', () => {
  it.each([
    COUNT,
    ORDER,
    COUNT.replace('event_count', 'value_count').replace('condition', 'field: version\ncondition'),
  ])('is bounded, and what is forgotten is counted', (fields) => {
    const matcher = new PatternMatcher(pattern(fields));
    for (let i = 0; i < 5_000; i++)
      hear(matcher, STARTED, 1 + i / 1e6, { version: `v${i}` }, speaker('c', `n${i}`));
    expect(matcher.takeCounts().forgotten.group).toBe(4_000);
    for (let i = 0; i < 5_000; i++)
      for (let again = 0; again < 3; again++)
        hear(matcher, STARTED, 2, { version: `v${again}` }, speaker('c', `m${i}`));
    expect(matcher.found(2 * S).length).toBeLessThanOrEqual(1_000);
  });

  it('goes on with what was seen last where the clock goes back', () => {
    const matcher = new PatternMatcher(pattern(COUNT));
    for (const atS of [100, 50, 60]) hear(matcher, STARTED, atS);
    expect(found(matcher, 70)).toEqual(['{node_id="n"} 3']);
  });
});
