/** The event stream without HTTP: what passes, what is told of what did not, how a client goes on, what it costs. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../../src/base/clock.js';
import type { EventRecord } from '../../../../src/export/event-record.js';
import { eventStreamMetrics } from '../../../../src/export/events/catalogue.js';
import type { EventFilter } from '../../../../src/export/events/event-client.js';
import { EventHub, type EventHubOptions } from '../../../../src/export/events/event-hub.js';
import { Board } from '../../../../src/metrics/board.js';

const all: EventFilter = { types: [], chains: [], nodes: [] };

interface Told {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

function record(n: number, more: Partial<EventRecord> = {}): EventRecord {
  const type = 'consensus.view_entered';
  return { type, chain: 'c', node: 'n1', run: 'r', key: String(n), json: `{"n":${n}}`, ...more };
}

/** A client that reads when it is told to. */
class Client {
  readonly abort = new AbortController();
  readonly #pieces: AsyncIterator<Uint8Array>;
  #pending: Promise<IteratorResult<Uint8Array>> | undefined;

  constructor(hub: EventHub, filter: Partial<EventFilter> = {}, lastEventId?: string) {
    const stream = hub.open({ ...all, ...filter }, lastEventId, this.abort.signal);
    if (stream === undefined) throw new Error('refused');
    this.#pieces = stream[Symbol.asyncIterator]();
  }

  /** The next piece, or undefined when none comes for some turns of the event loop. */
  async piece(): Promise<string | undefined> {
    this.#pending ??= this.#pieces.next();
    const quiet = (async () => {
      for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
      return undefined;
    })();
    const first = await Promise.race([this.#pending, quiet]);
    if (first === undefined) return undefined;
    this.#pending = undefined;
    return first.done === true ? undefined : Buffer.from(first.value).toString();
  }

  /** Every event until nothing comes any more. */
  async read(): Promise<Told[]> {
    let text = '';
    for (let piece = await this.piece(); piece !== undefined; piece = await this.piece()) text += piece;
    return parse(text);
  }
}

function parse(text: string): Told[] {
  return text.split('\n\n').flatMap((block) => {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
    const data = field('data');
    if (data === undefined) return [];
    return [{ id: field('id'), event: field('event')!, data: JSON.parse(data) as Told['data'] }];
  });
}

function numbers(told: readonly Told[]): unknown[] {
  return told.map(({ event, data }) => (event === 'gap' ? data : (data['event'] as { n: number }).n));
}

function world(options: Partial<EventHubOptions> = {}) {
  const clock = new ManualClock(1_748_779_200_000_000);
  const board = new Board();
  const wanted: boolean[] = [];
  const hub = new EventHub({ board, clock, onWanted: (isWanted) => wanted.push(isWanted), ...options });
  return { clock, board, hub, wanted };
}

describe('the event stream', () => {
  it('says what happens from now on, with what the line leaves to its hello', async () => {
    const { hub } = world();
    hub.offer(record(0));
    const client = new Client(hub);
    expect(await client.piece()).toBe('retry: 2000\n\n');
    hub.offer(record(1, { json: '{"n":1,\r"x":"\\r\\n"}' }));
    expect(await client.read()).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-z]+-0$/) as string,
        event: 'consensus.view_entered',
        data: { chain: 'c', node: 'n1', run: 'r', event: { n: 1, x: '\r\n' } },
      },
    ]);
  });

  it('chooses by type, chain and node; a conclusion is of no node', async () => {
    const { hub } = world();
    const filters: Partial<EventFilter>[] = [
      { types: ['consensus.*'] },
      { chains: ['d'] },
      { nodes: ['n?'] },
      {},
    ];
    const clients = filters.map((filter) => new Client(hub, filter));
    hub.offer(record(1));
    hub.offer(record(2, { type: 'mempool.tx_added', node: 'other' }));
    hub.offer(record(3, { chain: 'd' }));
    hub.offer(record(4, { type: 'quorumscope.verdict', node: undefined, run: undefined }));
    const read = await Promise.all(clients.map(async (client) => numbers(await client.read())));
    expect(read).toEqual([[1, 3], [3], [1, 3], [1, 2, 3, 4]]);
  });

  it('goes on where a client stopped', async () => {
    const { hub } = world();
    const first = new Client(hub);
    for (let n = 0; n < 5; n++) hub.offer(record(n));
    const read = await first.read();
    first.abort.abort();
    hub.offer(record(5));
    expect(numbers(await new Client(hub, {}, read[2]!.id).read())).toEqual([3, 4, 5]);
    expect(numbers(await new Client(hub, {}, read[4]!.id).read())).toEqual([5]);
  });

  it('says how many were missed where the buffer does not reach back', async () => {
    const { hub } = world({ buffer: { events: 4, bytes: 1e6 } });
    const first = new Client(hub);
    hub.offer(record(0));
    const { id } = (await first.read())[0]!;
    first.abort.abort();
    for (let n = 1; n <= 10; n++) hub.offer(record(n));
    const resumed = await new Client(hub, {}, id).read();
    expect(numbers(resumed)).toEqual([{ missed: 6, of: 'all' }, 7, 8, 9, 10]);
  });

  it('says that it does not know how many, to an id that is not of this life', async () => {
    const { hub, clock } = world();
    const first = new Client(hub);
    hub.offer(record(0));
    const { id } = (await first.read())[0]!;
    first.abort.abort();
    clock.advance(60_000_000);
    new Client(hub);
    hub.offer(record(1));
    for (const stale of [id, 'nonsense', '', '0-99', '-'])
      expect(numbers(await new Client(hub, {}, stale).read())).toEqual([{ missed: null, of: 'all' }, 1]);
  });

  it('tells a client that does not read what it missed, and nobody else', async () => {
    const { hub, board } = world({ buffer: { events: 10, bytes: 1e6 } });
    const slow = new Client(hub, { types: ['consensus.*'] });
    const quick = new Client(hub);
    const seen: unknown[] = [];
    for (let n = 0; n < 30; n++) {
      hub.offer(n % 2 === 0 ? record(n) : record(n, { type: 'mempool.tx_added' }));
      seen.push(...numbers(await quick.read()));
    }
    expect(seen).toEqual(Array.from({ length: 30 }, (_, n) => n));
    expect(numbers(await slow.read())).toEqual([{ missed: 10, of: 'matching' }, 20, 22, 24, 26, 28]);
    expect(board.counter(eventStreamMetrics.missed).at().value).toBe(10);
  });

  it('accounts for every event however clients read', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 30 }), async (steps) => {
        const { hub } = world({ buffer: { events: 8, bytes: 1e6 } });
        const client = new Client(hub);
        let offered = 0;
        const told: Told[] = [];
        for (const step of steps) {
          for (let i = 0; i < step; i++) hub.offer(record(offered++));
          if (step % 3 === 0) told.push(...(await client.read()));
        }
        told.push(...(await client.read()));
        let next = 0;
        for (const one of numbers(told)) {
          if (typeof one === 'object') next += (one as { missed: number }).missed;
          else expect(one).toBe(next++);
        }
        expect(next).toBe(offered);
      }),
      { numRuns: 50 },
    );
  });

  it('bounds what it holds by size too', () => {
    const { hub, board } = world({ buffer: { events: 1e5, bytes: 10_000 } });
    new Client(hub);
    for (let n = 0; n < 1_000; n++) hub.offer(record(n, { json: `{"n":"${'x'.repeat(500)}"}` }));
    new Client(hub);
    const bytes = board.gauge(eventStreamMetrics.buffered).at().value!;
    expect(bytes).toBeGreaterThan(5_000);
    expect(bytes).toBeLessThanOrEqual(10_000);
  });

  it('refuses more clients than there may be, until one has gone', () => {
    const { hub, board } = world({ maxClients: 2 });
    const [first] = [new Client(hub), new Client(hub)];
    expect(() => new Client(hub)).toThrow('refused');
    expect(board.gauge(eventStreamMetrics.clients).at().value).toBe(2);
    first.abort.abort();
    expect(() => new Client(hub)).not.toThrow();
    expect(board.counter(eventStreamMetrics.refused).at().value).toBe(1);
  });

  it('wants events from the first client until a minute after the last', () => {
    const { hub, clock, wanted } = world();
    expect(hub.isWanted).toBe(false);
    const first = new Client(hub);
    const second = new Client(hub);
    first.abort.abort();
    clock.advance(120_000_000);
    second.abort.abort();
    clock.advance(59_000_000);
    const third = new Client(hub);
    clock.advance(59_000_000);
    third.abort.abort();
    expect(wanted).toEqual([true]);
    clock.advance(60_000_000);
    expect([wanted, hub.isWanted]).toEqual([[true, false], false]);
  });

  it('says every 15 seconds that it is still here, and ends when the client has gone', async () => {
    const { hub, clock } = world();
    const client = new Client(hub);
    await client.piece();
    expect(await client.piece()).toBeUndefined();
    clock.advance(15_000_000);
    expect(await client.piece()).toBe(': still here\n\n');
    const next = client.piece();
    client.abort.abort();
    expect(await next).toBeUndefined();
  });
});
