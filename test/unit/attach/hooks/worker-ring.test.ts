import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../../src/base/clock.js';
import type { Feed } from '../../../../src/attach/feed.js';
import { createRing, RingReader, RingWriter } from '../../../../src/attach/hooks/byte-ring.js';
import { readBatches } from '../../../../src/attach/hooks/read-batches.js';
import {
  attachWorker,
  createHooks,
  isRingMessage,
  type Hooks,
  type RingMessage,
} from '../../../../src/hooks.js';

class TextFeed implements Feed {
  text = '';
  ended = 0;
  write(chunk: Uint8Array): void {
    this.text += Buffer.from(chunk).toString('latin1');
  }
  end(): void {
    this.ended++;
  }
  get lines(): string[] {
    return this.text.split('\n').slice(0, -1);
  }
}

const vote = { view: 1, vote: 'vote1', block: 'b'.repeat(64), validator: 'v' } as const;

function attach(hooks: Hooks, ringBytes: number, maxBufferBytes = 1_000_000) {
  const clock = new ManualClock();
  const messages: unknown[] = [];
  const port = { postMessage: (message: unknown) => void messages.push(message) };
  const shipping = attachWorker(hooks, port, { ringBytes, maxBufferBytes, timers: clock });
  expect(messages).toHaveLength(1);
  expect(isRingMessage(messages[0])).toBe(true);
  const feed = new TextFeed();
  return { clock, shipping, feed, message: messages[0] as RingMessage };
}

const pattern = (from: number, length: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, i) => (from + i) % 251));

describe('the ring between threads', () => {
  it('gives back the bytes it took, in order, never more than fit', () => {
    const sizes = fc.array(fc.record({ write: fc.nat(6_000), read: fc.nat(6_000) }), { maxLength: 60 });
    fc.assert(
      fc.property(sizes, (steps) => {
        const ring = createRing(4_096);
        const [writer, reader] = [new RingWriter(ring), new RingReader(ring)];
        let put = 0;
        let got = 0;
        for (const { write, read } of steps) {
          const offered = pattern(put, write);
          const taken = writer.write(offered);
          put += taken;
          expect(put - got).toBeLessThanOrEqual(4_096);
          if (taken < write) expect(put - got).toBe(4_096);
          const target = Buffer.alloc(read);
          const count = reader.read(target);
          expect(target.subarray(0, count).equals(pattern(got, count))).toBe(true);
          got += count;
          expect(writer.empty).toBe(put === got);
        }
      }),
    );
  });
});

describe('attachWorker and readBatches', () => {
  it('carry every line to the feed, hello first', () => {
    const hooks = createHooks({ node: 'n', chain: 'c' });
    const { clock, feed, message } = attach(hooks, 8_192);
    readBatches(message.ring, feed, clock);
    for (let i = 0; i < 500; i++) {
      hooks.consensus.voteReceived({ ...vote, view: i });
      if (i % 20 === 0) clock.advance(20_000);
    }
    clock.advance(100_000);
    const events = feed.lines.map((line) => JSON.parse(line) as { type: string; view?: number });
    expect(events[0]).toMatchObject({ type: 'hello', node: 'n' });
    expect(events.slice(1).map(({ view }) => view)).toEqual(Array.from({ length: 500 }, (_, i) => i));
  });

  it('drop and count when the worker lags, and admit it when it is back', () => {
    const hooks = createHooks({ node: 'n', chain: 'c' });
    const { clock, feed, message, shipping } = attach(hooks, 4_096, 50_000);
    for (let i = 0; i < 2_000; i++) hooks.consensus.voteReceived(vote);
    clock.advance(1_000_000);
    const { dropped } = hooks.stats();
    expect(dropped.consensus).toBeGreaterThan(1_000);
    readBatches(message.ring, feed, clock);
    clock.advance(10_000_000);
    const events = feed.lines.map((line) => JSON.parse(line) as { type: string; count?: number });
    const received = events.filter(({ type }) => type === 'consensus.vote_received').length;
    const admitted = events.reduce((sum, { count }) => sum + (count ?? 0), 0);
    expect(received + admitted).toBe(2_000);
    expect(admitted).toBe(dropped.consensus);
    expect(shipping.stats()).toMatchObject({ bufferedBytes: 0, delivered: { consensus: received } });
  });

  it('end the feed once, after the last line, when the node closes', async () => {
    const hooks = createHooks({ node: 'n', chain: 'c' });
    const { clock, feed, message, shipping } = attach(hooks, 4_096);
    readBatches(message.ring, feed, clock);
    hooks.consensus.voteReceived(vote);
    const closed = shipping.close();
    const tick = setInterval(() => clock.advance(20_000), 1);
    await closed;
    clearInterval(tick);
    clock.advance(100_000);
    expect(feed.lines).toHaveLength(2);
    expect(feed.ended).toBe(1);
  });

  it('stop when the worker says so, with what was there', () => {
    const hooks = createHooks({ node: 'n', chain: 'c' });
    const { clock, feed, message, shipping } = attach(hooks, 4_096);
    const reader = readBatches(message.ring, feed, clock);
    hooks.consensus.voteReceived(vote);
    shipping.flush();
    reader.stop();
    reader.stop();
    expect(feed.lines).toHaveLength(2);
    expect(feed.ended).toBe(1);
  });

  it('tell a ring from other messages', () => {
    for (const message of [
      undefined,
      null,
      'ring',
      {},
      { quorumscope: 'ring' },
      { quorumscope: 'ring', ring: {} },
    ]) {
      expect(isRingMessage(message)).toBe(false);
    }
  });
});
