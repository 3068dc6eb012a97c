import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { domainNames, type DomainName, type StreamEvent } from '../../../../src/events/vocabulary.js';
import { createHooks, type Hooks } from '../../../../src/hooks.js';
import { record, type Recording } from './recording-sink.js';

const perDomain = (count: (name: DomainName) => number): Record<DomainName, number> =>
  Object.fromEntries(domainNames.map((name) => [name, count(name)])) as Record<DomainName, number>;

/** What a sidecar could know from the lines alone. */
function read(events: readonly StreamEvent[]) {
  const received = perDomain(() => 0);
  const admitted = perDomain(() => 0);
  const next = perDomain(() => 0);
  const gaps = perDomain(() => 0);
  for (const event of events) {
    if (event.type === 'hello') {
      for (const [name, seq] of Object.entries(event.next_seq ?? {})) {
        const domain = name as DomainName;
        gaps[domain] += Math.max(0, seq - next[domain]);
        next[domain] = Math.max(next[domain], seq);
      }
    } else if (event.type === 'source.dropped') {
      admitted[event.domain as DomainName] += event.count;
    } else {
      const domain = event.type.split('.')[0] as DomainName;
      received[domain]++;
      expect(event.seq, 'in order, each once').toBeGreaterThanOrEqual(next[domain]);
      gaps[domain] += event.seq - next[domain];
      next[domain] = event.seq + 1;
    }
  }
  return { received, admitted, gaps, next };
}

function checkIdentity(hooks: Hooks, { outbox, sink }: Recording): void {
  const { emitted, dropped } = hooks.stats();
  const { received, admitted, gaps, next } = read(sink.events);
  expect(outbox.idle).toBe(true);
  expect(received).toEqual(perDomain((name) => outbox.delivered[domainNames.indexOf(name)]!));
  expect(perDomain((name) => received[name] + dropped[name])).toEqual(emitted);
  expect(admitted, 'every loss is admitted, once').toEqual(dropped);
  expect(
    perDomain((name) => gaps[name] + emitted[name] - next[name]),
    'every loss is a gap, or is at the end',
  ).toEqual(dropped);
}

type Step =
  | { readonly do: 'emit'; readonly kind: number; readonly times: number }
  | { readonly do: 'stall' | 'settle' | 'break' | 'reconnect' | 'tick' | 'restate' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('emit' as const),
      kind: fc.nat(4),
      times: fc.integer({ min: 1, max: 60 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'stall' as const,
        'settle' as const,
        'break' as const,
        'reconnect' as const,
        'tick' as const,
        'restate' as const,
      ),
    }),
  },
);

function emit(hooks: Hooks, kind: number): void {
  if (kind === 0)
    hooks.consensus.voteReceived({ view: 1, vote: 'vote1', block: 'b'.repeat(64), validator: 'v' });
  else if (kind === 1) hooks.network.messageReceived({ message: 'vote', bytes: 100 });
  else if (kind === 2) hooks.network.peerConnected({ peer: 'péér', direction: 'inbound' });
  else if (kind === 3) hooks.storage.failed({ operation: 'read', reason: 'io' });
  else {
    hooks.mempool.measured(null as never);
  }
}

function run(hooks: Hooks, recording: Recording, steps: readonly Step[]): void {
  const { sink, outbox, clock } = recording;
  let connected = true;
  let epoch = 0;
  for (const next of steps) {
    switch (next.do) {
      case 'emit':
        for (let i = 0; i < next.times; i++) emit(hooks, next.kind);
        break;
      case 'stall':
        sink.stalled = true;
        break;
      case 'settle':
        sink.stalled = false;
        if (sink.hasPending) {
          sink.settle();
          outbox.settled();
        }
        break;
      case 'break':
        sink.drop();
        outbox.broken();
        connected = false;
        break;
      case 'reconnect':
        if (!connected) outbox.begin();
        connected = true;
        break;
      case 'tick':
        clock.advance(10_000);
        break;
      case 'restate':
        hooks.hello({ epoch: ++epoch });
    }
  }
  sink.stalled = false;
  if (sink.hasPending) {
    sink.settle();
    outbox.settled();
  }
  if (!connected) outbox.begin();
  clock.advance(10_000);
}

describe('accounting', () => {
  it('emitted = delivered + dropped, and every drop is admitted, however the sink behaves', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        fc.integer({ min: 500, max: 20_000 }),
        (steps, maxBufferBytes) => {
          const hooks = createHooks({ node: 'n', chain: 'c' });
          const recording = record(hooks, { maxBufferBytes, batchSize: 20 });
          run(hooks, recording, steps);
          checkIdentity(hooks, recording);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('never buffers more than it was allowed', () => {
    const hooks = createHooks({ node: 'n', chain: 'c' });
    const { sink, outbox } = record(hooks, { maxBufferBytes: 10_000 });
    sink.stalled = true;
    for (let i = 0; i < 1_000; i++) {
      emit(hooks, i % 4);
      expect(outbox.bufferedBytes).toBeLessThanOrEqual(10_000);
    }
    expect(hooks.stats().dropped.consensus).toBeGreaterThan(0);
  });

  it('lets bulk events go first, then normal ones, and vital ones last', () => {
    const hooks = createHooks({ node: 'n', chain: 'c' });
    const { outbox, sink } = record(hooks, { maxBufferBytes: 100_000 });
    sink.stalled = true;
    const fill = (kind: number): number => {
      for (let i = 0; i < 2_000; i++) emit(hooks, kind);
      return outbox.bufferedBytes / 100_000;
    };
    expect(fill(1)).toBeCloseTo(0.5, 2);
    expect(fill(3)).toBeCloseTo(0.75, 2);
    expect(fill(0)).toBeCloseTo(1, 2);
    expect(hooks.stats().dropped).toMatchObject({
      network: expect.any(Number) as number,
      consensus: expect.any(Number) as number,
    });
  });

  it('admits an event that could not be encoded without waiting for another', () => {
    const hooks = createHooks({ node: 'n', chain: 'c' });
    const { clock, sink } = record(hooks);
    hooks.consensus.voteReceived(undefined as never);
    clock.advance(10_000);
    expect(sink.events.at(-1)).toMatchObject({
      type: 'source.dropped',
      domain: 'consensus',
      count: 1,
      reason: 'invalid',
    });
    expect(hooks.stats()).toMatchObject({ invalid: 1, dropped: { consensus: 1 }, emitted: { consensus: 1 } });
  });

  it('sends a batch when it is full, and a part of one after the interval', () => {
    const hooks = createHooks({ node: 'n', chain: 'c' });
    const { clock, sink } = record(hooks, { batchSize: 10, flushIntervalUs: 5_000 });
    for (let i = 0; i < 25; i++) emit(hooks, 0);
    expect(sink.lines).toHaveLength(1 + 20);
    clock.advance(4_999);
    expect(sink.lines).toHaveLength(1 + 20);
    clock.advance(1);
    expect(sink.lines).toHaveLength(1 + 25);
    expect(sink.batches).toBe(1 + 3);
  });

  it('after a broken stream states the validator set that held when the waiting events were stated', () => {
    const hooks = createHooks({ node: 'n', chain: 'c', epoch: 1 });
    const { sink, outbox, clock } = record(hooks);
    outbox.broken();
    emit(hooks, 0);
    hooks.hello({ epoch: 2 });
    emit(hooks, 0);
    outbox.begin();
    clock.advance(10_000);
    const said = sink.events.slice(1).map((event) => (event.type === 'hello' ? event.epoch : 'event'));
    expect(said).toEqual([1, 'event', 2, 'event']);
  });
});
