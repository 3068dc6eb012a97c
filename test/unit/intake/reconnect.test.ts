import { describe, expect, test } from 'vitest';
import type { HelloEvent } from '../../../src/events/vocabulary.js';
import type { NodeDispatch } from '../../../src/intake/dispatcher.js';
import type { Intake } from '../../../src/intake/intake.js';
import { hear, Hearing, helloLine, lag, linesOf, valueOf, view } from './hearing.js';

const configured = { type: 'hello', node: 'n', ts_us: 1, chain: 'c', run: 'configured' } as HelloEvent;
const missingTotal = 'quorumscope_events_missing_total';

/** A feed that says `lines`. */
function say(intake: Intake, ...lines: readonly string[]) {
  const feed = intake.openFeed({ door: 'unix', peer: 'p' });
  feed.write(linesOf(...lines));
  return feed;
}

describe('a node', () => {
  test('is detached when the last feed that speaks for it has ended and its last event is processed', async () => {
    const { hearing, intake } = hear();
    const [one, two] = [say(intake, helloLine('n', 'r'), view(0)), say(intake, helloLine('n', 'r'), view(1))];
    one.end();
    await intake.drained();
    expect(hearing.of('n')).toEqual(['attach r', 'consensus 0', 'consensus 1']);
    two.write(linesOf(view(2)));
    two.end();
    expect(hearing.of('n')).not.toContain('detach');
    await intake.drained();
    expect(hearing.of('n').slice(-2)).toEqual(['consensus 2', 'detach']);
  });

  test('is detached once, also by stop and when it is forgotten', async () => {
    const { hearing, intake } = hear({ nodeLimit: 1 });
    say(intake, helloLine('n', 'r')).end();
    await intake.drained();
    say(intake, helloLine('m', 'r'));
    await intake.stop();
    await intake.stop();
    expect(hearing.of('n')).toEqual(['attach r', 'detach']);
    expect(hearing.of('m')).toEqual(['attach r', 'detach']);
  });

  test('is never detached when another feed takes over while its last events still wait', async () => {
    const { hearing, intake } = hear();
    say(intake, helloLine('n', 'r'), view(0), view(1)).end();
    say(intake, helloLine('n', 'r'), view(2));
    await intake.drained();
    expect(hearing.of('n')).toEqual(['attach r', 'consensus 0', 'consensus 1', 'consensus 2']);
  });

  test('hears of a new run, not of a return, when that hello waits behind the end of the old one', async () => {
    const { hearing, intake } = hear();
    say(intake, helloLine('n', 'r1'), view(0)).end();
    say(intake, helloLine('n', 'r2'), view(0)).end();
    await intake.drained();
    expect(hearing.of('n')).toEqual(['attach r1', 'consensus 0', 'hello r2', 'consensus 0', 'detach']);
  });
});

describe('the same run, back again', () => {
  test('is one stream: repeated events are duplicates, what was lost meanwhile is missing', async () => {
    const { hearing, intake, board } = hear();
    say(intake, helloLine('n', 'r'), view(0), view(1)).end();
    await intake.drained();
    say(intake, helloLine('n', 'r'), view(1), view(5));
    await intake.drained();
    expect(hearing.of('n')).toEqual([
      'attach r',
      'consensus 0',
      'consensus 1',
      'detach',
      'attach r',
      'gap consensus 3',
      'consensus 5',
    ]);
    expect(valueOf(board, missingTotal, 'n', 'consensus')).toBe(3);
    expect(intake.status().sources[0]).toMatchObject({ processed: 5, duplicate: 1 });
  });

  test('is told of a gap that its hello shows once it is attached, without a next event', async () => {
    const { hearing, intake, board } = hear();
    say(intake, helloLine('n', 'r'), view(0)).end();
    await intake.drained();
    say(intake, helloLine('n', 'r', { next_seq: { consensus: 4 } }));
    await intake.drained();
    expect(hearing.of('n').slice(-3)).toEqual(['detach', 'attach r', 'gap consensus 3']);
    expect(valueOf(board, missingTotal, 'n', 'consensus')).toBe(3);
  });

  test('is told of that gap also when it is gone again at once', async () => {
    const { hearing, intake } = hear();
    say(intake, helloLine('n', 'r'), view(0)).end();
    await intake.drained();
    say(intake, helloLine('n', 'r', { next_seq: { consensus: 4, process: 2 } })).end();
    await intake.drained();
    expect(hearing.of('n').slice(2)).toEqual([
      'detach',
      'attach r',
      'gap consensus 3',
      'gap process 2',
      'detach',
    ]);
  });
});

test('another run, back again, is attached as such and owes nothing of the one before', async () => {
  const { hearing, intake, board } = hear();
  say(intake, helloLine('n', 'r1'), view(0)).end();
  await intake.drained();
  say(intake, helloLine('n', 'r2'), view(0)).end();
  await intake.drained();
  say(intake, helloLine('n', 'r1'), view(0), view(1));
  await intake.drained();
  const once = (run: string) => [`attach ${run}`, 'consensus 0', 'detach'];
  // The first run was remembered: what it said before is not heard twice.
  expect(hearing.of('n')).toEqual([...once('r1'), ...once('r2'), 'attach r1', 'consensus 1']);
  expect(valueOf(board, missingTotal, 'n', 'consensus')).toBe(0);
});

test('a configured hello attaches with every connection, and counts from what comes first', async () => {
  const { hearing, intake, board } = hear();
  for (const first of [70, 500]) {
    const feed = intake.openFeed({ door: 'log', peer: 'p', hello: configured });
    feed.write(linesOf(view(first)));
    feed.end();
    await intake.drained();
  }
  expect(hearing.of('n').map((word) => word.replace(/-.*/, ''))).toEqual([
    'attach configured',
    'consensus 70',
    'detach',
    'attach configured',
    'consensus 500',
    'detach',
  ]);
  expect(valueOf(board, missingTotal, 'n', 'consensus')).toBe(0);
});

describe('a gap that is owed when the last feed ends', () => {
  test('of dropped events and of broken order, is told before the node is detached', async () => {
    const { hearing, intake } = hear({ queueCapacity: 2 });
    say(intake, helloLine('n', 'r'), view(2), view(0), view(3), lag(0)).end();
    await intake.drained();
    expect(hearing.of('n')).toEqual([
      'attach r',
      'gap consensus 2',
      'consensus 2',
      'gap consensus 2',
      'gap process 1',
      'detach',
    ]);
  });

  test('keeps nobody from being detached, whatever the dispatch throws at it', async () => {
    const told: string[] = [];
    const dispatch: NodeDispatch = {
      hello: () => undefined,
      dispatch: () => undefined,
      gap: () => {
        throw new Error('a defect');
      },
      detach: () => void told.push('detach'),
    };
    const { intake } = hear({ dispatcher: { attach: () => dispatch } });
    say(intake, helloLine('n', 'r', { next_seq: { consensus: 0 } }), view(1), view(0)).end();
    await intake.drained();
    expect(told).toEqual(['detach']);
  });

  test('stays owed while nothing is attached, until a next hello attaches', async () => {
    const hearing = new Hearing();
    let isBroken = true;
    const { intake } = hear({
      dispatcher: {
        attach: (hello) => {
          if (isBroken) throw new Error('a defect');
          return hearing.attach(hello);
        },
      },
    });
    const set = { next_seq: { consensus: 0 } };
    say(intake, helloLine('n', 'r', set), helloLine('n', 'r', { next_seq: { consensus: 3 } })).end();
    await intake.drained();
    isBroken = false;
    say(intake, helloLine('n', 'r'));
    await intake.drained();
    expect(hearing.of('n')).toEqual(['attach r', 'gap consensus 3']);
  });
});
