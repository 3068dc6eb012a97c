import { describe, expect, test } from 'vitest';
import type { HelloEvent } from '../../../src/events/vocabulary.js';
import { hear, helloLine, highQc, lag, linesOf, valueOf, view } from './hearing.js';

const configured = { type: 'hello', node: 'n', ts_us: 1, chain: 'c', run: 'configured' } as HelloEvent;

describe('a stream', () => {
  test('is dispatched in order, with node filled in', async () => {
    const { hearing, intake, board } = hear();
    const feed = intake.openFeed({ door: 'unix', peer: 'p' });
    feed.write(linesOf(helloLine('n', 'r1'), view(0), view(1), view(2)));
    await intake.drained();
    expect(hearing.of('n')).toEqual(['attach r1', 'consensus 0', 'consensus 1', 'consensus 2']);
    expect(valueOf(board, 'quorumscope_events_received_total', 'unix', 'n')).toBe(4);
    expect(valueOf(board, 'quorumscope_events_processed_total', 'unix', 'n')).toBe(4);
  });

  test('tells a gap before the event behind it, and a late event between two breaks of order', async () => {
    const { hearing, intake, board } = hear();
    const feed = intake.openFeed({ door: 'unix', peer: 'p' });
    feed.write(linesOf(helloLine('n', 'r1'), view(0), view(3), view(1), view(4), view(2), lag(0)));
    await intake.drained();
    expect(hearing.of('n')).toEqual([
      'attach r1',
      'consensus 0',
      'gap consensus 2',
      'consensus 3',
      'gap consensus 0',
      'consensus 1',
      'gap consensus 0',
      'consensus 4',
      'gap consensus 0',
      'consensus 2',
      'process 0',
      'gap consensus 0',
    ]);
    expect(valueOf(board, 'quorumscope_events_missing_total', 'n', 'consensus')).toBe(2);
    expect(valueOf(board, 'quorumscope_events_late_total', 'n', 'consensus')).toBe(2);
  });

  test('counts a repeated event as duplicate, also across two connections of one run', async () => {
    const { hearing, intake } = hear();
    const one = intake.openFeed({ door: 'unix', peer: '1' });
    const two = intake.openFeed({ door: 'tcp', peer: '2' });
    one.write(linesOf(helloLine('n', 'r1'), view(0), view(1)));
    two.write(linesOf(helloLine('n', 'r1'), view(0), view(1), view(2)));
    one.write(linesOf(view(2), view(3)));
    await intake.drained();
    expect(hearing.of('n')).toEqual([
      'attach r1',
      'consensus 0',
      'consensus 1',
      'consensus 2',
      'consensus 3',
    ]);
    const [unix, tcp] = intake.status().sources;
    expect([unix!.duplicate, tcp!.duplicate]).toEqual([1, 2]);
  });

  test('starts counting where hello says, and anew with a new run', async () => {
    const { hearing, intake, board } = hear();
    const feed = intake.openFeed({ door: 'unix', peer: 'p' });
    feed.write(linesOf(helloLine('n', 'r1', { next_seq: { consensus: 40 } }), view(40), view(41)));
    feed.write(linesOf(helloLine('n', 'r2'), view(0), view(1)));
    await intake.drained();
    expect(hearing.of('n')).toEqual([
      'attach r1',
      'consensus 40',
      'consensus 41',
      'hello r2',
      'consensus 0',
      'consensus 1',
    ]);
    expect(valueOf(board, 'quorumscope_events_missing_total', 'n', 'consensus')).toBe(0);
  });

  test('a reconnect goes on with the run; what was lost between shows as a gap, told without a next event', async () => {
    const { hearing, intake } = hear();
    const one = intake.openFeed({ door: 'unix', peer: '1' });
    one.write(linesOf(helloLine('n', 'r1'), view(0)));
    one.end();
    const two = intake.openFeed({ door: 'unix', peer: '2' });
    two.write(linesOf(helloLine('n', 'r1', { ts_us: 5, next_seq: { consensus: 4, nonsense: 9 } })));
    await intake.drained();
    expect(hearing.of('n')).toEqual(['attach r1', 'consensus 0', 'gap consensus 3']);
  });

  test('a hello that states something new is heard again', async () => {
    const { hearing, intake } = hear();
    const feed = intake.openFeed({ door: 'unix', peer: 'p' });
    const set = { validators: [{ id: 'a', power: 1 }], next_seq: { consensus: 1 } };
    feed.write(linesOf(helloLine('n', 'r1'), view(0), helloLine('n', 'r1', set), view(1)));
    await intake.drained();
    expect(hearing.of('n')).toEqual(['attach r1', 'consensus 0', 'hello r1', 'consensus 1']);
  });

  test('late lines of a run that was replaced are kept apart from the new one', async () => {
    const { hearing, intake } = hear();
    const old = intake.openFeed({ door: 'unix', peer: '1' });
    old.write(linesOf(helloLine('n', 'r1'), view(0)));
    const fresh = intake.openFeed({ door: 'unix', peer: '2' });
    fresh.write(linesOf(helloLine('n', 'r2'), view(0)));
    old.write(linesOf(view(0), view(1)));
    fresh.write(linesOf(view(1)));
    await intake.drained();
    expect(hearing.of('n')).toEqual([
      'attach r1',
      'consensus 0',
      'hello r2',
      'consensus 0',
      'gap consensus 0',
      'consensus 1',
      'gap consensus 0',
      'consensus 1',
    ]);
    expect(intake.status().sources[0]!.duplicate).toBe(1);
  });
});

describe('who speaks', () => {
  test('a line before any hello is refused, and counted under no node', async () => {
    const { intake, board } = hear();
    intake.openFeed({ door: 'unix', peer: 'p' }).write(linesOf(view(0), view(0, 'n')));
    await intake.drained();
    expect(valueOf(board, 'quorumscope_events_invalid_total', 'unix', '', 'no_hello')).toBe(2);
  });

  test('many nodes share a connection: the last hello is the default, the others are named', async () => {
    const { hearing, intake, board } = hear();
    const feed = intake.openFeed({ door: 'unix', peer: 'p' });
    feed.write(
      linesOf(helloLine('a', 'r'), helloLine('b', 'r'), view(0), view(0, 'a'), view(1), view(0, 'x')),
    );
    await intake.drained();
    expect(hearing.of('a')).toEqual(['attach r', 'consensus 0']);
    expect(hearing.of('b')).toEqual(['attach r', 'consensus 0', 'consensus 1']);
    expect(valueOf(board, 'quorumscope_events_invalid_total', 'unix', '', 'no_hello')).toBe(1);
  });

  test('a configured hello stands in, counting from the first event, until the stream says its own', async () => {
    const { hearing, intake, board } = hear();
    const feed = intake.openFeed({ door: 'unix', peer: 'p', hello: configured });
    feed.write(linesOf(view(70), view(71, 'n'), view(0, 'other'), helloLine('m', 'own'), view(0)));
    await intake.drained();
    expect(hearing.of('n')).toEqual([
      expect.stringMatching(/^attach configured-/),
      'consensus 70',
      'consensus 71',
    ]);
    expect(hearing.of('m')).toEqual(['attach own', 'consensus 0']);
    expect(valueOf(board, 'quorumscope_events_invalid_total', 'unix', '', 'no_hello')).toBe(1);
    expect(valueOf(board, 'quorumscope_events_missing_total', 'n', 'consensus')).toBe(0);
  });

  test('under a configured hello every connection is a run: a restarted producer repeats nothing', async () => {
    const { hearing, intake } = hear();
    for (const peer of ['1', '2']) {
      const feed = intake.openFeed({ door: 'unix', peer, hello: configured });
      feed.write(linesOf(view(0), view(1)));
      feed.end();
      await intake.drained();
    }
    expect(hearing.of('n').filter((word) => word.startsWith('consensus'))).toHaveLength(4);
  });

  test('a configured hello makes no node of a stream that says its own', async () => {
    const { hearing, intake } = hear();
    const feed = intake.openFeed({ door: 'unix', peer: 'p', hello: configured });
    feed.write(linesOf('garbage', helloLine('m', 'own'), view(0)));
    await intake.drained();
    expect([...hearing.nodes.keys()]).toEqual(['m']);
  });

  test('connections are counted per door and node; a declared door shows as 0', async () => {
    const { intake, board } = hear();
    intake.declareDoor('unix');
    expect(
      board.families().some(({ definition }) => definition.name === 'quorumscope_source_connected'),
    ).toBe(true);
    expect(valueOf(board, 'quorumscope_source_connected', 'unix')).toBe(0);
    const feed = intake.openFeed({ door: 'unix', peer: 'p' });
    feed.write(linesOf(helloLine('n', 'r'), view(0)));
    expect(valueOf(board, 'quorumscope_source_connected', 'unix')).toBe(1);
    expect(valueOf(board, 'quorumscope_node_connected', 'c', 'n')).toBe(1);
    feed.end();
    await intake.drained();
    expect(valueOf(board, 'quorumscope_source_connected', 'unix')).toBe(0);
    expect(valueOf(board, 'quorumscope_node_connected', 'c', 'n')).toBe(0);
    expect(intake.status().nodes).toEqual([{ chain: 'c', node: 'n', run: 'r', connections: 0 }]);
  });

  test('the node that is longest gone makes room; connected ones never do', async () => {
    const { hearing, intake, board } = hear({ nodeLimit: 2 });
    const gone = intake.openFeed({ door: 'unix', peer: '1' });
    gone.write(linesOf(helloLine('gone', 'r'), view(0), view(0)));
    gone.end();
    const stays = intake.openFeed({ door: 'unix', peer: '2' });
    stays.write(linesOf(helloLine('stays', 'r')));
    await intake.drained();
    stays.write(linesOf(helloLine('new', 'r'), helloLine('one-too-many', 'r'), view(0)));
    await intake.drained();
    expect(hearing.of('gone')).toEqual(['attach r', 'consensus 0', 'detach']);
    expect(hearing.of('new')).toEqual(['attach r', 'consensus 0']);
    expect(hearing.of('one-too-many')).toEqual([]);
    expect(valueOf(board, 'quorumscope_events_invalid_total', 'unix', 'new', 'too_many_nodes')).toBe(1);
    const shown = board.families().flatMap(({ series }) => series.flatMap((one) => one.labelValues));
    expect(shown).not.toContain('gone');
    const [unix] = intake.status().sources;
    expect(unix).toMatchObject({ received: 7, processed: 5, duplicate: 1, invalid: 1, pending: 0 });
  });
});

describe('a full queue', () => {
  test('refuses bulk above half, normal above four fifths, vital when full, and tells each domain', async () => {
    const { hearing, intake, board } = hear({ queueCapacity: 10 });
    const feed = intake.openFeed({ door: 'unix', peer: 'p' });
    feed.write(linesOf(helloLine('n', 'r'), view(0), view(1), view(2), view(3)));
    feed.write(linesOf(lag(0)));
    feed.write(linesOf(view(4), view(5), view(6), highQc(7), view(8), view(9), view(10), view(11)));
    expect(intake.status().queuedEvents).toBe(10);
    const dropped = (priority: string): number =>
      valueOf(board, 'quorumscope_events_dropped_total', 'unix', 'n', priority);
    expect([dropped('bulk'), dropped('normal'), dropped('vital')]).toEqual([1, 1, 2]);
    await intake.drained();
    feed.write(linesOf(view(12), lag(1)));
    await intake.drained();
    expect(hearing.of('n')).toEqual([
      'attach r',
      ...[0, 1, 2, 3, 4, 5, 6].map((seq) => `consensus ${seq}`),
      'gap consensus 1',
      'consensus 8',
      'consensus 9',
      'gap consensus 2',
      'gap process 1',
      'consensus 12',
      'process 1',
    ]);
    expect(valueOf(board, 'quorumscope_events_missing_total', 'n', 'consensus')).toBe(0);
  });

  test('is full by the size of its lines too', () => {
    const { intake } = hear({ queueCharacters: 1000 });
    const feed = intake.openFeed({ door: 'unix', peer: 'p' });
    feed.write(linesOf(helloLine('n', 'r'), ...Array.from({ length: 100 }, (_, i) => view(i))));
    expect(intake.status().queuedEvents).toBeLessThan(15);
    expect(intake.status().sources[0]!.dropped).toBeGreaterThan(80);
  });

  test('still takes a hello, so that what follows is not lost with it', async () => {
    const { hearing, intake } = hear({ queueCapacity: 2 });
    const feed = intake.openFeed({ door: 'unix', peer: 'p' });
    feed.write(linesOf(helloLine('a', 'r'), view(0), view(1), helloLine('b', 'r')));
    await intake.drained();
    feed.write(linesOf(view(0)));
    await intake.drained();
    expect(hearing.of('b')).toEqual(['attach r', 'consensus 0']);
  });

  test('loses nothing of a door that can wait, even one that does not', async () => {
    const { hearing, intake } = hear({ queueCapacity: 3 });
    const feed = intake.openLossless({ door: 'replay', peer: 'p' });
    feed.write(linesOf(helloLine('n', 'r'), ...Array.from({ length: 2000 }, (_, i) => view(i))));
    feed.end();
    await feed.drained();
    const all = Array.from({ length: 2000 }, (_, i) => `consensus ${i}`);
    expect(hearing.of('n')).toEqual(['attach r', ...all, 'detach']);
    expect(intake.status().sources[0]).toMatchObject({ processed: 2001, dropped: 0, pending: 0 });
  });

  test('makes a door that can wait do so until half of it is free', async () => {
    const { intake } = hear({ queueCapacity: 1000 });
    const feed = intake.openLossless({ door: 'replay', peer: 'p' });
    feed.write(linesOf(helloLine('n', 'r'), ...Array.from({ length: 900 }, (_, i) => view(i))));
    await feed.ready();
    expect(intake.status().queuedEvents).toBeLessThanOrEqual(500);
  });

  test('is worked off in slices: a slow dispatch does not keep the event loop from others', async () => {
    const story = { hello: () => undefined, gap: () => undefined, detach: () => undefined };
    const dispatch = (): void => {
      for (const start = performance.now(); performance.now() - start < 0.2;);
    };
    const { intake } = hear({ dispatcher: { attach: () => ({ ...story, dispatch }) } });
    const feed = intake.openFeed({ door: 'unix', peer: 'p' });
    feed.write(linesOf(helloLine('n', 'r'), ...Array.from({ length: 400 }, (_, i) => view(i))));
    let turns = 0;
    const turn = (): void => {
      turns++;
      if (intake.status().queuedEvents > 0) setImmediate(turn);
    };
    setImmediate(turn);
    await intake.drained();
    expect(turns).toBeGreaterThanOrEqual(5);
  });
});

describe('what a stream says about itself', () => {
  test('admitted drops are counted by domain, unheard-of domains together', async () => {
    const { hearing, intake, board } = hear();
    const dropped = (domain: string): string =>
      JSON.stringify({ type: 'source.dropped', ts_us: 1, seq: 0, domain, count: 3 });
    const feed = intake.openFeed({ door: 'unix', peer: 'p' });
    feed.write(linesOf(helloLine('n', 'r'), dropped('network'), dropped('x'), dropped('y')));
    await intake.drained();
    expect(valueOf(board, 'quorumscope_source_dropped_events_total', 'n', 'network')).toBe(3);
    expect(valueOf(board, 'quorumscope_source_dropped_events_total', 'n', 'other')).toBe(6);
    expect(hearing.of('n')).toEqual(['attach r']);
    expect(intake.status().sources[0]!.processed).toBe(4);
  });

  test('unknown types and fields are tolerated and counted', async () => {
    const { intake, board } = hear();
    const feed = intake.openFeed({ door: 'unix', peer: 'p' });
    const odd = view(0).replace('{', '{"shoe_size":42,');
    feed.write(linesOf(helloLine('n', 'r'), odd, '{"type":"kitchen.cooked","ts_us":1,"seq":0}'));
    await intake.drained();
    expect(valueOf(board, 'quorumscope_unknown_fields_total', 'unix', 'n')).toBe(1);
    expect(valueOf(board, 'quorumscope_events_unknown_total', 'unix', 'n')).toBe(1);
  });
});

describe('time', () => {
  test('lag is measured on the wall, and events from the future are counted apart', async () => {
    const { intake, board, clock } = hear();
    const feed = intake.openFeed({ door: 'unix', peer: 'p' });
    const at = (seq: number, offsetUs: number): string =>
      view(seq).replace(/"ts_us":\d+/, `"ts_us":${clock.nowUs() + offsetUs}`);
    feed.write(linesOf(helloLine('n', 'r').replace(/"ts_us":\d+/, `"ts_us":${clock.nowUs()}`)));
    feed.write(linesOf(at(0, -2_000_000), at(1, 5)));
    await intake.drained();
    const family = board
      .families()
      .find(({ definition }) => definition.name === 'quorumscope_event_lag_seconds')!;
    const { slot, width } = family.series[0]!;
    expect(board.slots.values[slot + width - 1]).toBe(2);
    expect(valueOf(board, 'quorumscope_events_ahead_total', 'n')).toBe(1);
  });

  test('a stream clock hears every advance before its event, and the end after the last', async () => {
    const told: string[] = [];
    const onTime = (stream: string, tsUs: number): void => void told.push(`${stream} ${tsUs}`);
    const { intake } = hear({ onTime, onStreamEnd: (stream) => void told.push(`${stream} end`) });
    const feed = intake.openLossless({ door: 'replay', peer: 'p' });
    const at = (seq: number, tsUs: number): string => view(seq).replace(/"ts_us":\d+/, `"ts_us":${tsUs}`);
    feed.write(linesOf(helloLine('n', 'r').replace(/"ts_us":\d+/, '"ts_us":1000'), at(0, 2000)));
    // A clock that runs back is no news; one broken timestamp must not let a century pass.
    feed.write(linesOf(at(1, 1500), at(2, 2 ** 52), at(3, 3000)));
    feed.end();
    await feed.drained();
    expect(told).toEqual(['replay-1 1000', 'replay-1 2000', 'replay-1 3000', 'replay-1 end']);
  });

  test('a long pause is believed once a second event confirms it', async () => {
    const told: number[] = [];
    const { intake } = hear({ onTime: (_stream, tsUs) => void told.push(tsUs) });
    const feed = intake.openLossless({ door: 'replay', peer: 'p' });
    const week = 7 * 86_400_000_000;
    const at = (seq: number, tsUs: number): string => view(seq).replace(/"ts_us":\d+/, `"ts_us":${tsUs}`);
    feed.write(linesOf(helloLine('n', 'r').replace(/"ts_us":\d+/, '"ts_us":1000')));
    feed.write(linesOf(at(0, week), at(1, week + 5)));
    await intake.drained();
    expect(told).toEqual([1000, week + 5]);
  });
});

describe('stopping and failing', () => {
  test('stop processes what waits and detaches every node; later bytes are ignored', async () => {
    const { hearing, intake } = hear();
    const feed = intake.openFeed({ door: 'unix', peer: 'p' });
    feed.write(linesOf(helloLine('n', 'r'), view(0)));
    await intake.stop();
    feed.write(linesOf(view(1)));
    await intake.drained();
    expect(hearing.of('n')).toEqual(['attach r', 'consensus 0', 'detach']);
    expect(intake.status().sources[0]).toMatchObject({ received: 2, connections: 0 });
  });

  test('a dispatch that throws is contained: counted, and the next event goes on', async () => {
    const heard: number[] = [];
    const dispatcher = {
      attach: () => ({
        hello: () => undefined,
        gap: () => undefined,
        detach: () => {
          throw new Error('detach');
        },
        dispatch: (_index: number, event: { seq: number }) => {
          if (event.seq === 1) throw new Error('a defect');
          heard.push(event.seq);
        },
      }),
    };
    const { intake, board } = hear({ dispatcher });
    intake
      .openFeed({ door: 'unix', peer: 'p' })
      .write(linesOf(helloLine('n', 'r'), view(0), view(1), view(2)));
    await intake.stop();
    expect(heard).toEqual([0, 2]);
    expect(valueOf(board, 'quorumscope_dispatch_failures_total')).toBe(2);
    expect(intake.status().sources[0]!.processed).toBe(4);
  });

  test('a dispatch that writes to a feed is never called from within itself', async () => {
    let depth = 0;
    let deepest = 0;
    const heard: number[] = [];
    const story = { hello: () => undefined, gap: () => undefined, detach: () => undefined };
    const dispatch = (_index: number, { seq }: { seq: number }): void => {
      deepest = Math.max(deepest, ++depth);
      heard.push(seq);
      if (seq < 50) feed.write(linesOf(view(seq + 2), view(seq + 3)));
      depth--;
    };
    const { intake } = hear({ queueCapacity: 2, dispatcher: { attach: () => ({ ...story, dispatch }) } });
    const feed = intake.openLossless({ door: 'replay', peer: 'p' });
    feed.write(linesOf(helloLine('n', 'r'), view(0), view(1)));
    await intake.drained();
    expect(deepest).toBe(1);
    expect(heard.length).toBeGreaterThan(10);
    const { received, processed, duplicate, dropped } = intake.status().sources[0]!;
    expect(received).toBe(processed + duplicate + dropped);
  });
});
