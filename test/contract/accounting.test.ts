/**
 * The promise of the intake, for any stream whatever: every line received ends under exactly one
 * heading, every domain hears of exactly what it misses, nothing is dispatched twice, and the
 * process lives. Nobody is told anything while detached, and a gap is told whoever comes and goes. Fails with the seed and the smallest stream that breaks it.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ManualClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import { domainNames } from '../../src/events/vocabulary.js';
import type { Dispatcher } from '../../src/intake/dispatcher.js';
import { Intake } from '../../src/intake/intake.js';
import { Board } from '../../src/metrics/board.js';

const doors = ['unix', 'tcp', 'replay'];
const nodes = ['a', 'b', 'c'];
const encoder = new TextEncoder();

/** What one connection sends: whole lines, half ones and bytes that are none. */
const piece = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...nodes).map((node) => ({ kind: 'hello', node }) as const) },
  {
    weight: 16,
    arbitrary: fc.record({
      kind: fc.constant('event' as const),
      node: fc.option(fc.constantFrom(...nodes), { nil: undefined }),
      type: fc.constantFrom(...bodies().keys()),
      // Relative to the connection's own count: repeated, in order, or with a gap.
      step: fc.constantFrom(1, 1, 1, 1, 1, 0, -1, -3, 2, 5, 2000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom(
        '{"type":"kitchen.cooked","ts_us":1,"seq":0}',
        '{"type":"consensus.view_entered"}',
        '{"type":"consensus.view_entered","ts_us":"soon","seq":-1}',
        '{"v":9,"type":"hello"}',
        '{"type":"source.dropped","ts_us":1,"seq":0,"domain":"network","count":5}',
        'not json',
        '[]',
        'null',
        '{}',
      )
      .map((line) => ({ kind: 'line', line }) as const),
  },
  {
    weight: 2,
    arbitrary: fc
      .uint8Array({ minLength: 1, maxLength: 40 })
      .map((bytes) => ({ kind: 'bytes', bytes }) as const),
  },
);

type Piece = typeof piece extends fc.Arbitrary<infer T> ? T : never;

const scenario = fc.record({
  capacity: fc.constantFrom(1, 2, 7, 40, 65_536),
  connections: fc.array(
    fc.record({
      door: fc.constantFrom(...doors),
      pieces: fc.array(piece, { maxLength: 40 }),
      chunk: fc.integer({ min: 1, max: 300 }),
      ends: fc.boolean(),
      /** Whether the queue is worked off before the next one is read to its end. */
      drains: fc.boolean(),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  /** Which connection is read next, and whether the queue is worked off first. */
  turns: fc.array(fc.tuple(fc.nat(), fc.boolean()), { maxLength: 60 }),
});

function bodies(): Map<string, Record<string, unknown>> {
  return new Map<string, Record<string, unknown>>([
    ['consensus.view_entered', { view: 1, trigger: 'qc', leader: 'l', future_field: 1 }],
    ['consensus.high_qc_updated', { view: 1, block: 'b' }],
    ['process.loop_lag_measured', { lag_us: 1 }],
    ['network.peer_connected', { peer: 'p', direction: 'inbound' }],
  ]);
}

test('received = processed + duplicate + unknown + dropped + invalid, and each domain hears what it misses', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ capacity, connections, turns }) => {
      const board = new Board();
      const heard = new Listener();
      const intake = new Intake({
        board,
        clock: new ManualClock(),
        logger: silentLogger,
        dispatcher: heard,
        queueCapacity: capacity,
      });
      const readers = connections.map(({ door, pieces, ...reading }, i) => {
        const open = door === 'replay' ? intake.openLossless : intake.openFeed;
        return { feed: open({ door, peer: String(i) }), bytes: bytesOf(pieces), ...reading, at: 0 };
      });
      const read = (reader: (typeof readers)[number]): void => {
        reader.feed.write(reader.bytes.subarray(reader.at, (reader.at += reader.chunk)));
      };
      for (const [pick, drains] of turns) {
        read(readers[pick % readers.length]!);
        if (drains) await intake.drained();
      }
      for (const reader of readers) {
        while (reader.at < reader.bytes.length) read(reader);
        if (reader.ends) reader.feed.end();
        if (reader.drains) await intake.drained();
      }
      await intake.drained();

      const { sources } = intake.status();
      for (const { received, processed, duplicate, unknown, dropped, invalid, pending } of sources) {
        expect(pending).toBe(0);
        expect(processed + duplicate + unknown + dropped + invalid).toBe(received);
      }
      expect(sources.filter(({ door }) => door === 'replay').every(({ dropped }) => dropped === 0)).toBe(
        true,
      );
      expect(totalOf(board, 'received')).toBe(sources.reduce((sum, { received }) => sum + received, 0));
      expect(totalOf(board, 'processed')).toBe(sources.reduce((sum, { processed }) => sum + processed, 0));
      expect(heard.repeated).toEqual([]);
      for (const { node, connections: left } of intake.status().nodes)
        expect(heard.attached.has(node), node).toBe(left > 0);
      for (const node of nodes) {
        for (const domain of domainNames) {
          const missing = totalOf(board, 'missing', node, domain);
          const droppedHere = heard.gaps.get(`${node} ${domain}`) ?? 0;
          // What a domain was told to miss is what is missing and what was dropped behind the door.
          expect(droppedHere).toBeGreaterThanOrEqual(missing);
        }
      }
      const told = [...heard.gaps.values()].reduce((sum, gap) => sum + gap, 0);
      expect(told).toBe(totalOf(board, 'missing') + totalOf(board, 'dropped'));
      await intake.stop();
      expect([...heard.attached]).toEqual([]);
      expect(heard.outOfTurn).toEqual([]);
    }),
    { numRuns: 400 },
  );
});

/** Remembers every event, to tell one that comes twice, and who is attached. */
class Listener implements Dispatcher {
  readonly repeated: string[] = [];
  readonly gaps = new Map<string, number>();
  readonly attached = new Set<string>();
  /** What was said of a node that was not attached, or attached twice. */
  readonly outOfTurn: string[] = [];
  readonly #seen = new Set<string>();

  attach(hello: Parameters<Dispatcher['attach']>[0]): ReturnType<Dispatcher['attach']> {
    const { node } = hello;
    if (this.attached.has(node)) this.outOfTurn.push(`attach ${node}`);
    this.attached.add(node);
    let isAttached = true;
    const inTurn = (what: string): void => {
      if (!isAttached) this.outOfTurn.push(`${what} ${node}`);
    };
    return {
      hello: () => inTurn('hello'),
      detach: () => {
        inTurn('detach');
        isAttached = false;
        this.attached.delete(node);
      },
      gap: (domain, missing) => {
        inTurn('gap');
        const key = `${node} ${domain}`;
        this.gaps.set(key, (this.gaps.get(key) ?? 0) + missing);
      },
      dispatch: (_index, { type, seq }) => {
        inTurn('dispatch');
        const key = `${node} ${type.split('.')[0]!} ${seq}`;
        if (this.#seen.has(key)) this.repeated.push(key);
        this.#seen.add(key);
      },
    };
  }
}

/** The bytes of a connection; every line counts by its own node and domain, from 0. */
function bytesOf(pieces: readonly Piece[]): Uint8Array {
  const next = new Map<string, number>();
  const parts: Uint8Array[] = [];
  let byDefault = '';
  for (const one of pieces) {
    if (one.kind === 'bytes') parts.push(one.bytes);
    else if (one.kind === 'line') parts.push(encoder.encode(`${one.line}\n`));
    else if (one.kind === 'hello') {
      byDefault = one.node;
      const hello = { v: 1, type: 'hello', node: one.node, ts_us: 1, chain: 'c', run: 'r' };
      parts.push(encoder.encode(`${JSON.stringify(hello)}\n`));
    } else {
      const key = `${one.node ?? byDefault} ${one.type.split('.')[0]!}`;
      const seq = Math.max(0, (next.get(key) ?? -1) + one.step);
      next.set(key, seq);
      const event = { type: one.type, node: one.node, ts_us: 1, seq, ...bodies().get(one.type) };
      parts.push(encoder.encode(`${JSON.stringify(event)}\n`));
    }
  }
  return Buffer.concat(parts);
}

/** Sum of a counter over the series that carry all of `labelValues`. */
function totalOf(board: Board, what: string, ...labelValues: readonly string[]): number {
  const name = `quorumscope_events_${what}_total`;
  const family = board.families().find(({ definition }) => definition.name === name);
  const series = family?.series.filter((one) =>
    labelValues.every((value) => one.labelValues.includes(value)),
  );
  return (series ?? []).reduce((sum, { slot }) => sum + board.slots.values[slot]!, 0);
}
