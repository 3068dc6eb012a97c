import { describe, expect, it } from 'vitest';
import { createHooks, HookCollector, type Hooks } from '../../../../src/hooks.js';
import { record, type Recording } from './recording-sink.js';

const hooksOf = (): Hooks => createHooks({ node: 'n', chain: 'c' });

function said({ outbox, sink }: Recording): unknown[] {
  outbox.flush();
  return sink.events
    .filter(({ type }) => type.startsWith('metric.'))
    .map(({ type, ...event }) => {
      const { metric, kind, delta, value, labels } = event as unknown as Record<string, unknown>;
      return [type.slice('metric.'.length), metric, kind ?? delta ?? value, labels];
    });
}

describe('HookCollector', () => {
  it('declares a metric once, before its first value, with the labels of that', () => {
    const hooks = hooksOf();
    const recording = record(hooks);
    const collector = new HookCollector(hooks);
    collector.incrementCounter('jobs_total', { queue: 'a', kind: 'x' });
    collector.incrementCounterBy('jobs_total', 4, { queue: 'b', kind: 'x' });
    collector.recordHistogram('job_seconds', 0.25);
    expect(said(recording)).toEqual([
      ['declared', 'jobs_total', 'counter', ['kind', 'queue']],
      ['changed', 'jobs_total', 1, { queue: 'a', kind: 'x' }],
      ['changed', 'jobs_total', 4, { queue: 'b', kind: 'x' }],
      ['declared', 'job_seconds', 'histogram', []],
      ['observed', 'job_seconds', 0.25, {}],
    ]);
  });

  it('passes on all that a custom metric says of itself', () => {
    const hooks = hooksOf();
    const { outbox, sink } = record(hooks);
    new HookCollector(hooks).recordCustomMetric({
      name: 'answer_bytes',
      kind: 'histogram',
      value: 42,
      help: 'Sizes.',
      unit: 'bytes',
      bounds: [1, 10, 100],
    });
    outbox.flush();
    expect(sink.events[1]).toMatchObject({ help: 'Sizes.', unit: 'bytes', bounds: [1, 10, 100] });
  });

  it('states where a gauge stands, whatever moved it, each series for itself', () => {
    const hooks = hooksOf();
    const recording = record(hooks);
    const collector = new HookCollector(hooks);
    collector.setGauge('peers', 5, { side: 'in' });
    collector.incrementGauge('peers', 2, { side: 'in' });
    collector.incrementGauge('peers', -1, { side: 'out' });
    expect(said(recording).slice(1)).toEqual([
      ['sampled', 'peers', 5, { side: 'in' }],
      ['sampled', 'peers', 7, { side: 'in' }],
      ['sampled', 'peers', -1, { side: 'out' }],
    ]);
  });

  it('keeps a gauge right across a time when nobody listened', () => {
    const hooks = hooksOf();
    const collector = new HookCollector(hooks);
    collector.incrementGauge('depth', 3);
    const recording = record(hooks);
    collector.incrementGauge('depth', 1);
    expect(said(recording)).toEqual([
      ['declared', 'depth', 'gauge', []],
      ['sampled', 'depth', 4, {}],
    ]);
  });

  it('declares again for a new stream, whose sidecar may be a new one', () => {
    const hooks = hooksOf();
    const recording = record(hooks);
    const collector = new HookCollector(hooks);
    collector.incrementCounter('jobs_total');
    recording.outbox.flush();
    recording.outbox.broken();
    recording.outbox.begin();
    collector.incrementCounter('jobs_total');
    expect(said(recording).filter((line) => (line as string[])[0] === 'declared')).toHaveLength(2);
  });

  it('declares again when a declaration may have been dropped', () => {
    const hooks = hooksOf();
    const recording = record(hooks, { maxBufferBytes: 2_000 });
    const collector = new HookCollector(hooks);
    recording.sink.stalled = true;
    for (let i = 0; i < 40; i++) hooks.consensus.viewEntered({ view: i, trigger: 'qc', leader: 'v' });
    collector.incrementCounter('jobs_total');
    expect(hooks.stats().dropped.metric).toBe(2);
    recording.outbox.flush();
    recording.sink.stalled = false;
    recording.sink.settle();
    recording.outbox.settled();
    collector.incrementCounter('jobs_total');
    expect(said(recording).map((line) => (line as string[])[0])).toEqual(['declared', 'changed']);
  });

  it('refuses and counts another kind, what is not a number, and a counter going back', () => {
    const hooks = hooksOf();
    const recording = record(hooks);
    const collector = new HookCollector(hooks, { gaugeLimit: 1 });
    collector.incrementCounter('a_total');
    collector.setGauge('a_total', 1);
    collector.incrementCounterBy('a_total', -1);
    collector.recordHistogram('h', Number.NaN);
    collector.incrementGauge('g', 1, { of: 'a' });
    collector.incrementGauge('g', 1, { of: 'b' });
    expect(collector.refused).toBe(4);
    expect(said(recording)).toHaveLength(4);
  });

  it('times an operation, also one that throws, rejects or takes its time', async () => {
    const hooks = hooksOf();
    const recording = record(hooks);
    let nowUs = 0;
    const collector = new HookCollector(hooks, { clock: { monoUs: () => (nowUs += 500_000) } });
    expect(collector.timeOperation('work_seconds', {}, () => 7)).toBe(7);
    expect(() =>
      collector.timeOperation('work_seconds', {}, () => {
        throw new Error('broken');
      }),
    ).toThrow('broken');
    await expect(collector.timeOperation('work_seconds', {}, () => Promise.resolve(8))).resolves.toBe(8);
    await expect(
      collector.timeOperation('work_seconds', {}, () => Promise.reject(new Error('late'))),
    ).rejects.toThrow('late');
    expect(said(recording).slice(1)).toEqual(
      Array.from({ length: 4 }, () => ['observed', 'work_seconds', 0.5, {}]),
    );
  });

  it('flushes what it was given to flush', async () => {
    const hooks = hooksOf();
    const { outbox, sink } = record(hooks);
    const collector = new HookCollector(hooks, { flush: () => outbox.flush() });
    collector.incrementCounter('a_total');
    await collector.flushMetrics();
    expect(sink.lines).toHaveLength(3);
  });
});
