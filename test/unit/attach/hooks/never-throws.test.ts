import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { domainNames } from '../../../../src/events/vocabulary.js';
import { createHooks, HookCollector, type Hooks } from '../../../../src/hooks.js';
import { record } from './recording-sink.js';

type AnyHook = (body: unknown) => void;
const hooksOf = (hooks: Hooks): readonly AnyHook[] =>
  domainNames.flatMap((name) => Object.values(hooks[name]) as unknown as AnyHook[]);

const circular: Record<string, unknown> = { view: 1 };
circular['block'] = circular;
const nasty = fc.constantFrom<unknown>(
  circular,
  { view: { valueOf: () => { throw new Error('valueOf'); } } }, // prettier-ignore
  { get view(): number { throw new Error('getter'); } }, // prettier-ignore
  { toJSON() { throw new Error('toJSON'); } }, // prettier-ignore
  { view: Symbol('view'), block: () => 1 },
  { view: 2n ** 70n, block: 'b', vote: 'vote1', validator: 'v' },
  { labels: { a: circular }, metric: 'm', value: 1 },
  { metric: 'm', value: 1, labels: { toJSON: 'x' } },
  { view: '1,"type":"forged"}\n{"a":1', block: 'x\n{}\n' },
  new Proxy({}, { get: () => { throw new Error('proxy'); } }), // prettier-ignore
  new Map([['view', 1]]),
);
const garbage = fc.oneof(
  fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withTypedArray: true,
  }),
  nasty,
  fc.dictionary(
    fc.constantFrom('view', 'block', 'vote', 'validator', 'signers', 'bytes', 'labels', 'metric'),
    fc.oneof(fc.anything({ withBigInt: true }), nasty),
  ),
);

describe('hooks, whatever they are given', () => {
  it('never throw, and every event is one line or one admitted loss', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(), garbage), { maxLength: 30 }), (calls) => {
        const hooks = createHooks({ node: 'n', chain: 'c' });
        const { sink, outbox } = record(hooks);
        const all = hooksOf(hooks);
        for (const [which, body] of calls) all[which % all.length]!(body);
        outbox.flush();
        const { emitted, dropped, invalid } = hooks.stats();
        const lines = sink.lines.map((line) => JSON.parse(line) as { type: string });
        const events = lines.filter(({ type }) => type !== 'hello' && type !== 'source.dropped');
        const sum = (counts: Record<string, number>): number =>
          Object.values(counts).reduce((a, b) => a + b, 0);
        expect(sum(emitted)).toBe(calls.length);
        expect(events.length + sum(dropped)).toBe(calls.length);
        expect(invalid).toBe(sum(dropped));
      }),
      { numRuns: 500 },
    );
  });

  it('do not let a body that calls hooks while it is read mix lines', () => {
    const hooks = createHooks({ node: 'n', chain: 'c' });
    const { sink, outbox } = record(hooks);
    const vote = { vote: 'vote1', block: 'b', validator: 'v' } as const;
    hooks.consensus.voteReceived({
      ...vote,
      get view() {
        hooks.consensus.voteReceived({ ...vote, view: 2 });
        return 1;
      },
    });
    hooks.consensus.voteReceived({ ...vote, view: 3 });
    outbox.flush();
    expect(sink.events.filter(({ type }) => type === 'consensus.vote_received')).toMatchObject([
      { seq: 0, view: 1 },
      { seq: 2, view: 3 },
    ]);
    expect(hooks.stats().invalid).toBe(1);
  });

  it('survive a clock that throws or lies', () => {
    const times = [() => Number.NaN, () => { throw new Error('clock'); }, () => 1n as never, () => -5]; // prettier-ignore
    for (const nowUs of times) {
      const hooks = createHooks({ node: 'n', chain: 'c', clock: { nowUs, monoUs: () => 1 } });
      record(hooks);
      hooks.consensus.viewEntered({ view: 1, trigger: 'qc', leader: 'v' });
      expect(hooks.stats()).toMatchObject({ invalid: 1, dropped: { consensus: 1 } });
    }
  });

  it('take the stamps of a clock that is given', () => {
    const hooks = createHooks({ node: 'n', chain: 'c', clock: { nowUs: () => 1234.9, monoUs: () => 5.5 } });
    const { sink, outbox } = record(hooks);
    hooks.consensus.viewEntered({ view: 1, trigger: 'qc', leader: 'v' });
    outbox.flush();
    expect(sink.events[1]).toMatchObject({ ts_us: 1234, mono_us: 5 });
  });

  it('hold for the collector too', () => {
    fc.assert(
      fc.property(garbage, garbage, garbage, (name, value, labels) => {
        const hooks = createHooks({ node: 'n', chain: 'c' });
        record(hooks);
        const collector = new HookCollector(hooks);
        collector.incrementCounter(name as string, labels as never);
        collector.incrementCounterBy(name as string, value as number, labels as never);
        collector.setGauge(name as string, value as number, labels as never);
        collector.incrementGauge(name as string, value as number, labels as never);
        collector.recordHistogram(name as string, value as number, labels as never);
        collector.recordCustomMetric(value as never);
      }),
      { numRuns: 200 },
    );
  });
});
