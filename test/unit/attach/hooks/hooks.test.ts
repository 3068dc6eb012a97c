import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, expect, it } from 'vitest';
import { domainNames, domains, schemas, type DomainEvent } from '../../../../src/events/vocabulary.js';
import type { EventSchema } from '../../../../src/events/schema.js';
import { createHooks, type HookMessage, type Hooks } from '../../../../src/hooks.js';
import { record } from './recording-sink.js';

const vote = { view: 7, vote: 'vote1', block: 'b'.repeat(64), validator: 'validator-2' } as const;

function hooksOf(node = 'n1', options: Partial<Parameters<typeof createHooks>[0]> = {}): Hooks {
  return createHooks({ node, chain: 'testnet', ...options });
}

describe('hooks', () => {
  it('has one hook for every event of every domain', () => {
    const hooks = hooksOf();
    for (const name of domainNames) {
      expect(Object.keys(hooks[name])).toEqual(Object.keys(domains[name]));
    }
  });

  it('opens the stream with hello and states events in the words of the wire', () => {
    const hooks = hooksOf('n1', {
      protocol: 'hotstuff2-chained',
      validators: [{ id: 'v1', power: 2n ** 60n }],
      viewTimeoutUs: 1_000_000,
    });
    const { sink, outbox } = record(hooks);
    hooks.consensus.voteReceived({ ...vote, processing_us: 12.5 });
    hooks.network.messageReceived({ message: 'vote1', bytes: 200 });
    outbox.flush();
    const [hello, first, second] = sink.events;
    expect(hello).toMatchObject({
      type: 'hello',
      node: 'n1',
      chain: 'testnet',
      protocol: 'hotstuff2-chained',
      view_timeout_us: 1_000_000,
      validators: [{ id: 'v1', power: 2n ** 60n }],
      run: hooks.identity.run,
    });
    expect(JSON.parse(sink.lines[0]!)).toMatchObject({ v: 1 });
    expect(first).toMatchObject({ type: 'consensus.vote_received', seq: 0, ...vote, processing_us: 12.5 });
    expect(second).toMatchObject({ type: 'network.message_received', seq: 0, message: 'vote1', bytes: 200 });
  });

  it('stamps by the machine, close to the wall clock and never backwards', () => {
    const hooks = hooksOf();
    const { sink, outbox } = record(hooks);
    const before = Date.now();
    for (let view = 0; view < 500; view++) hooks.consensus.voteReceived({ ...vote, view });
    outbox.flush();
    const events = sink.events.slice(1);
    for (const [i, event] of events.entries()) {
      expect(event.ts_us / 1000).toBeGreaterThan(before - 5);
      expect(event.ts_us / 1000).toBeLessThan(Date.now() + 5);
      if (i > 0) expect(event.mono_us!).toBeGreaterThanOrEqual(events[i - 1]!.mono_us!);
    }
  });

  it('gives every hooks object a run of its own, and keeps their events apart', () => {
    const one = hooksOf('n1');
    const two = hooksOf('n2');
    expect(one.identity.run).not.toBe(two.identity.run);
    const ofOne = record(one);
    two.consensus.voteReceived(vote);
    one.consensus.voteReceived({ ...vote, view: 1 });
    ofOne.outbox.flush();
    expect(ofOne.sink.events.filter(({ type }) => type !== 'hello')).toMatchObject([{ view: 1, node: 'n1' }]);
    expect(two.stats().emitted.consensus).toBe(0);
  });

  it('spends no seq while nobody listens, so that attaching opens no gap', () => {
    const hooks = hooksOf();
    hooks.consensus.voteReceived(vote);
    const first = record(hooks);
    hooks.consensus.voteReceived(vote);
    first.detach();
    hooks.consensus.voteReceived(vote);
    const second = record(hooks);
    hooks.consensus.voteReceived(vote);
    second.outbox.flush();
    const [hello, event] = second.sink.events;
    expect(hello).toMatchObject({ next_seq: { consensus: 1 } });
    expect(event).toMatchObject({ seq: 1 });
    expect(hooks.stats().emitted.consensus).toBe(2);
  });

  it('tells a subscriber of the channel whose event it is', () => {
    const hooks = hooksOf('n7');
    const heard: HookMessage[] = [];
    const listener = (message: unknown): void => void heard.push(message as HookMessage);
    subscribe('quorumscope:consensus.vote_received', listener);
    try {
      hooks.consensus.voteReceived(vote);
      hooks.consensus.viewEntered({ view: 1, trigger: 'qc', leader: 'v1' });
      hooksOf('n8').consensus.voteReceived(vote);
    } finally {
      unsubscribe('quorumscope:consensus.vote_received', listener);
    }
    hooks.consensus.voteReceived(vote);
    expect(heard.map(({ identity }) => identity.node)).toEqual(['n7', 'n8']);
    expect(heard[0]!.identity).toBe(hooks.identity);
    expect(heard[0]).toMatchObject({ type: 'consensus.vote_received', seq: 0, body: vote });
  });

  it('restates what changed before the next event', () => {
    const hooks = hooksOf('n1', { validators: [{ id: 'v1', power: 1 }], software: 'node 1.0' });
    const { sink, outbox } = record(hooks);
    hooks.consensus.voteReceived(vote);
    hooks.hello({ epoch: 2, validators: [{ id: 'v2', power: 3 }] });
    hooks.consensus.voteReceived(vote);
    outbox.flush();
    const events = sink.events;
    expect(events.map(({ type }) => type)).toEqual([
      'hello',
      'consensus.vote_received',
      'hello',
      'consensus.vote_received',
    ]);
    expect(events[2]).toMatchObject({
      epoch: 2,
      validators: [{ id: 'v2', power: 3 }],
      software: 'node 1.0',
      next_seq: { consensus: 1 },
    });
  });

  it('restates also when no event follows', () => {
    const hooks = hooksOf();
    const { sink, clock } = record(hooks);
    hooks.hello({ epoch: 2 });
    clock.advance(10_000);
    expect(sink.events).toMatchObject([{ type: 'hello' }, { type: 'hello', epoch: 2 }]);
  });

  it('counts a restatement that hello cannot hold, and keeps the facts as they were', () => {
    const hooks = hooksOf('n1', { epoch: 1 });
    const { sink, clock } = record(hooks);
    hooks.hello({ epoch: -1 });
    hooks.hello(undefined as never);
    clock.advance(10_000);
    expect(sink.events).toMatchObject([{ type: 'hello', epoch: 1 }]);
    expect(hooks.stats().invalid).toBe(2);
  });

  it('refuses at start what it could not say later', () => {
    const code = expect.objectContaining({ code: 'attach.hooks' }) as unknown;
    expect(() => hooksOf('')).toThrow(code);
    expect(() => hooksOf('n1', { samplingRate: 0 })).toThrow(code);
    expect(() => hooksOf('n1', { samplingRate: 1.5 })).toThrow(code);
    expect(() => hooksOf('n1', { epoch: 1.5 })).toThrow(code);
  });
});

describe('sampling at the source', () => {
  it('keeps a fair share of what may be sampled, weighted, and spends no seq on the rest', () => {
    const hooks = hooksOf('n1', { samplingRate: 0.3 });
    const { sink, outbox } = record(hooks);
    const total = 20_000;
    for (let i = 0; i < total; i++) hooks.network.messageReceived({ message: i % 2 ? 'a' : 'b', bytes: 1 });
    outbox.flush();
    const events = sink.events.slice(1) as DomainEvent[];
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i));
    const weightOf = (message: string): number =>
      events.reduce(
        (sum, event) =>
          sum + (event.type === 'network.message_received' && event.message === message ? event.weight! : 0),
        0,
      );
    // Three standard deviations of a binomial of 10,000; every third event would miss one of the two.
    const bound = 3 * Math.sqrt((total / 2) * (1 / 0.3 - 1));
    expect(Math.abs(weightOf('a') - total / 2)).toBeLessThan(bound);
    expect(Math.abs(weightOf('b') - total / 2)).toBeLessThan(bound);
    expect(hooks.stats().emitted.network).toBe(events.length);
  });

  it('keeps the same events when the same is done again', () => {
    const kept = (): string => {
      const hooks = hooksOf('n1', { samplingRate: 0.5 });
      const { sink, outbox } = record(hooks);
      for (let i = 0; i < 200; i++) hooks.network.messageReceived({ message: `m${i}`, bytes: 1 });
      outbox.flush();
      return JSON.stringify(sink.events.slice(1).map((event) => 'message' in event && event.message));
    };
    expect(kept()).toBe(kept());
  });

  it('never samples votes, proposals, certificates, or anything vital', () => {
    const hooks = hooksOf('n1', { samplingRate: 0.001 });
    const { outbox, sink } = record(hooks);
    for (let view = 0; view < 300; view++) {
      hooks.consensus.voteReceived({ ...vote, view });
      hooks.consensus.qcFormed({ view, block: 'b' });
    }
    outbox.flush();
    const events = sink.events.slice(1) as DomainEvent[];
    expect(events).toHaveLength(600);
    expect(events.every(({ weight }) => weight === undefined)).toBe(true);
    expect(schemas.filter((schema: EventSchema) => schema.sampled && schema.priority === 'vital')).toEqual(
      [],
    );
  });
});
