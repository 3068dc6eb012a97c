import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentWindow, type RecentWindowOptions } from '../../../../src/history/recent/recent-window.js';
import { Board } from '../../../../src/metrics/board.js';
import { counter, gauge, histogram, summary } from '../../../../src/metrics/definition.js';
import { WallClock } from '../../../../src/base/clock.js';
import { PromqlEngine } from '../../../../src/promql/engine.js';
import { parseSelector } from '../../../../src/promql/parse.js';
import { isStale, type Series } from '../../../../src/promql/series.js';

const START = 1_700_000_000_000;
const SECOND = 1000;
const target = { job: 'quorumscope', instance: '127.0.0.1:10920' };

function windowOver(board: Board, options: Partial<RecentWindowOptions> = {}): RecentWindow {
  return new RecentWindow({ board, target, windowMs: 600 * SECOND, maxBytes: 1e9, ...options });
}

/** `label="a": 1 2 x 4`, x being a stale marker. */
function shown({ labels, times, values }: Series): string {
  expect(times.length).toBe(values.length);
  const own = labels.without(['job', 'instance']).toString();
  return `${own} ${Array.from(values, (value, i) => (isStale(values, i) ? 'x' : String(value))).join(' ')}`;
}

function ask(window: RecentWindow, selector: string, fromMs = 0, toMs = Infinity): readonly Series[] {
  return window.select({ matchers: parseSelector(selector), fromMs, toMs });
}

const total = counter('a_total', 'A.', ['validator']);
const level = gauge('b', 'B.', ['validator']);
const duration = histogram('c_seconds', 'C.', [0.1, 1], ['validator'], { unit: 'seconds' });
const spread = summary('d', 'D.', [0.5], []);

describe('the recent window', () => {
  it('hands out what was sampled, named as a scrape would name it', () => {
    const board = new Board();
    const window = windowOver(board);
    const a = board.counter(total).at('v0');
    for (let i = 0; i < 3; i++) {
      a.add(i);
      window.sample(START + i * SECOND);
    }
    const [series] = ask(window, 'a_total');
    expect(series!.labels.entries()).toEqual([
      ['__name__', 'a_total'],
      ['instance', '127.0.0.1:10920'],
      ['job', 'quorumscope'],
      ['validator', 'v0'],
    ]);
    expect([...series!.times]).toEqual([START, START + SECOND, START + 2 * SECOND]);
    expect([...series!.values]).toEqual([0, 1, 3]);
  });

  it('shows histograms as cumulative buckets, sum and count, and summaries as quantiles', () => {
    const board = new Board();
    const window = windowOver(board);
    const c = board.histogram(duration).at('v0');
    for (const value of [0.05, 0.05, 0.5, 5]) c.observe(value);
    board.summary(spread).at().observe(7);
    window.sample(START);
    c.observe(0.5);
    window.sample(START + SECOND);
    expect(ask(window, 'c_seconds_bucket').map(shown)).toEqual([
      '{__name__="c_seconds_bucket", le="0.1", validator="v0"} 2 2',
      '{__name__="c_seconds_bucket", le="1.0", validator="v0"} 3 4',
      '{__name__="c_seconds_bucket", le="+Inf", validator="v0"} 4 5',
    ]);
    expect(ask(window, 'c_seconds_bucket{le="+Inf"}').map(shown)[0]).toMatch(/ 4 5$/);
    expect(ask(window, 'c_seconds_count').map(shown)[0]).toMatch(/ 4 5$/);
    expect(ask(window, 'c_seconds_sum')[0]!.values[0]).toBeCloseTo(5.6);
    expect(ask(window, 'c_seconds')).toEqual([]);
    expect(ask(window, '{__name__=~"d|d_count"}').map(shown)).toEqual([
      '{__name__="d", quantile="0.5"} 7 7',
      '{__name__="d_count"} 1 1',
    ]);
  });

  it('ends a series that leaves with a stale marker, and goes on when it comes back', () => {
    const board = new Board();
    const window = windowOver(board);
    const kept = board.gauge(level).at('kept');
    const b = board.gauge(level).at('v0');
    const sampleAt = (i: number): boolean => window.sample(START + i * SECOND);
    kept.set(0);
    sampleAt(0);
    b.set(1);
    sampleAt(1);
    b.clear();
    sampleAt(2);
    sampleAt(3);
    expect(ask(window, 'b{validator="v0"}').map(shown)).toEqual(['{__name__="b", validator="v0"} 1 x']);
    b.set(4);
    sampleAt(4);
    expect(ask(window, 'b{validator="v0"}').map(shown)).toEqual(['{__name__="b", validator="v0"} 1 x x 4']);
    expect(ask(window, 'b{validator="v0"}', START + 2 * SECOND, START + 3 * SECOND)).toEqual([]);
  });

  it('never shows a series what another one left in its slot', () => {
    const board = new Board();
    const window = windowOver(board);
    const first = board.counter(total).at('first');
    first.add(5);
    window.sample(START);
    first.release();
    const second = board.counter(total).at('second');
    expect(second.slot).toBe(first.slot);
    second.add(1);
    window.sample(START + SECOND);
    expect(ask(window, 'a_total').map(shown)).toEqual([
      '{__name__="a_total", validator="first"} 5 x',
      '{__name__="a_total", validator="second"} 1',
    ]);
  });

  it('hands out the same labels each time and one column of times to all', () => {
    const board = new Board();
    const window = windowOver(board);
    for (const name of ['v0', 'v1']) board.counter(total).at(name).add();
    window.sample(START);
    const before = ask(window, 'a_total');
    board.gauge(level).at('v0').set(1);
    window.sample(START + SECOND);
    const after = ask(window, 'a_total');
    expect(after.map(({ labels }) => labels)).toEqual(before.map(({ labels }) => labels));
    expect(after[0]!.labels).toBe(before[0]!.labels);
    expect(after[0]!.times).toBe(after[1]!.times);
    expect(ask(window, 'up')[0]!.times).toBe(after[0]!.times);
  });

  it('is up while it samples, and takes nothing when the clock stands or goes back', () => {
    const window = windowOver(new Board());
    expect(window.sample(START)).toBe(true);
    expect(window.sample(START)).toBe(false);
    expect(window.sample(START - SECOND)).toBe(false);
    expect(window.sample(START + 1)).toBe(true);
    expect(ask(window, 'up').map(shown)).toEqual(['{__name__="up"} 1 1']);
  });

  it('renames labels that a scrape adds itself', () => {
    const board = new Board();
    const window = windowOver(board);
    board
      .gauge(gauge('e', 'E.', ['job', 'exported_job']))
      .at('mine', 'taken')
      .set(1);
    window.sample(START);
    expect(ask(window, 'e')[0]!.labels.entries()).toEqual([
      ['__name__', 'e'],
      ['exported_exported_job', 'mine'],
      ['exported_job', 'taken'],
      ['instance', '127.0.0.1:10920'],
      ['job', 'quorumscope'],
    ]);
  });

  it('answers which series there were in a stretch of time', () => {
    const board = new Board();
    const window = windowOver(board);
    const b = board.gauge(level).at('v0');
    b.set(1);
    window.sample(START);
    b.clear();
    window.sample(START + SECOND);
    const names = (fromMs: number, toMs: number): string[] =>
      window
        .labelSets({ matchers: parseSelector('{__name__=~"b|up"}'), fromMs, toMs })
        .map((labels) => labels.get('__name__'));
    expect(names(0, START)).toEqual(['b', 'up']);
    expect(names(START + 1, Infinity)).toEqual(['up']);
    expect(names(START + 2 * SECOND, Infinity)).toEqual([]);
  });
});

describe('a selector that is asked again', () => {
  it('finds what has come meanwhile, of its metric and of others, and what is absent yet', () => {
    const board = new Board();
    const window = windowOver(board);
    let tick = 0;
    const names = (selector: string): string[] =>
      ask(window, selector).map(({ labels }) => `${labels.get('__name__')} ${labels.get('validator')}`);
    const sample = (): boolean => window.sample(START + tick++ * SECOND);
    const all = '{__name__=~"a_total|b"}';
    board.counter(total).at('v0').add();
    sample();
    expect([names('a_total'), names('b'), names(all)]).toEqual([['a_total v0'], [], ['a_total v0']]);
    board.gauge(level).at('v0').set(1);
    sample();
    expect([names('a_total'), names('b'), names(all)]).toEqual([
      ['a_total v0'],
      ['b v0'],
      ['a_total v0', 'b v0'],
    ]);
    board.counter(total).at('v1').add();
    sample();
    expect([names('a_total'), names('b')]).toEqual([['a_total v0', 'a_total v1'], ['b v0']]);
    expect(names(all)).toEqual(['a_total v0', 'a_total v1', 'b v0']);
  });
});

describe('its bounds', () => {
  it('drops what is older than the window, chunk by chunk, and forgets what ended there', () => {
    const board = new Board();
    const window = windowOver(board, { windowMs: 100 * SECOND });
    const gone = board.counter(total).at('gone');
    const stays = board.counter(total).at('stays');
    for (let i = 0; i < 1000; i++) {
      if (i === 10) gone.release();
      stays.add();
      window.sample(START + i * SECOND);
    }
    const { samplings, spanMs } = window.size;
    expect(samplings).toBeGreaterThanOrEqual(100);
    expect(samplings).toBeLessThanOrEqual(100 + 2 * 64);
    expect(spanMs).toBe((samplings - 1) * SECOND);
    expect(ask(window, 'a_total').map(({ labels }) => labels.get('validator'))).toEqual(['stays']);
    expect(ask(window, 'a_total')[0]!.values.at(-1)).toBe(1000);
    expect(ask(window, 'a_total')[0]!.values[0]).toBe(1000 - samplings + 1);
  });

  it('is shorter where the memory would not do', () => {
    const board = new Board();
    for (let i = 0; i < 500; i++) board.counter(total).at(`v${i}`);
    const maxBytes = 2_000_000;
    const window = windowOver(board, { maxBytes });
    for (let i = 0; i < 1000; i++) window.sample(START + i * SECOND);
    expect(window.size.bytes).toBeLessThanOrEqual(maxBytes);
    expect(window.size.samplings).toBeGreaterThan(64);
  });
});

it.each([
  ['of everything', 0],
  ['of one sampling in three and of the newest', 3],
])('agrees with a plain record %s, whatever series come and go', (_what, apart) => {
  const step = fc.record({
    what: fc.constantFrom('set', 'clear', 'retire', 'observe', 'release'),
    who: fc.integer({ min: 0, max: 5 }),
    ticks: fc.integer({ min: 0, max: 40 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const board = new Board();
      const window = windowOver(board, { windowMs: Infinity, intervalMs: apart * SECOND });
      const record = new Map<string, Map<number, number>>();
      let now = START;
      let standing = -Infinity;
      let provisional: number | undefined;
      const put = (name: string, value: number): void => {
        const known = record.get(name) ?? new Map<number, number>();
        record.set(name, known.set(now, value));
      };
      const buckets = [0.1, 1, Infinity];
      for (const { what, who, ticks } of steps) {
        const b = board.gauge(level).at(`v${who}`);
        const c = board.histogram(duration).at(`v${who}`);
        if (what === 'set') b.set(now % 1000);
        if (what === 'clear') b.clear();
        if (what === 'retire') c.retire();
        if (what === 'release') c.release();
        if (what === 'observe') c.observe(who / 3);
        // Queries in between must not change what later ones see.
        if (ticks % 4 === 0) ask(window, '{__name__=~"b|c_seconds_bucket"}', now - who * 10 * SECOND, now);
        for (let i = 0; i < ticks; i++) {
          now += SECOND;
          window.sample(now);
          if (provisional !== undefined) for (const samples of record.values()) samples.delete(provisional);
          provisional = now - standing < apart * SECOND ? now : undefined;
          if (provisional === undefined) standing = now;
          for (const { definition, series } of board.families())
            for (const { labelValues, slot } of series) {
              const at = board.slots.values;
              if (definition.name === 'b') put(`b ${labelValues.join()}`, at[slot]!);
              if (definition.name !== 'c_seconds') continue;
              let count = 0;
              for (const [bucket, le] of buckets.entries())
                put(`c_seconds_bucket ${labelValues.join()} ${le}`, (count += at[slot + bucket]!));
            }
        }
      }
      const read = new Map<string, Map<number, number>>();
      for (const { labels, times, values } of ask(window, '{__name__=~"b|c_seconds_bucket"}')) {
        const le = labels.get('le');
        const bound = le === '' ? '' : ` ${Number(le.replace('+Inf', 'Infinity'))}`;
        const samples = new Map<number, number>();
        times.forEach((time, i) => isStale(values, i) || samples.set(time, values[i]!));
        read.set(`${labels.get('__name__')} ${labels.get('validator')}${bound}`, samples);
      }
      // What was only there for a moment may have left its name.
      const shown = (all: typeof read) => new Map([...all].filter(([, samples]) => samples.size > 0));
      expect(shown(read)).toEqual(shown(record));
    }),
    { numRuns: 60 },
  );
});

describe('where values fall', () => {
  const expressions = ['rate', 'increase', 'resets', 'delta', 'changes', 'irate', 'max_over_time']
    .map((name) => `${name}(b[20s])`)
    .concat('sum(rate(c_seconds_count[7s] offset 2s))');

  it.each([0, 4])('makes no difference to what a query finds, samplings %i s apart', async (apart) => {
    let known = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(
            fc.constantFrom('v0', 'v1'),
            fc.oneof(
              { weight: 12, arbitrary: fc.integer({ min: 0, max: 20 }) },
              { weight: 1, arbitrary: fc.constantFrom(NaN, 'gone' as const) },
            ),
            fc.boolean(),
          ),
          { minLength: 5, maxLength: 150 },
        ),
        async (moves) => {
          const board = new Board();
          const window = windowOver(board, { intervalMs: apart * SECOND });
          const stripped = {
            select: (request: Parameters<RecentWindow['select']>[0]): Series[] =>
              window.select(request).map((one) => {
                if ((one.falls?.length ?? 0) > 0) known++;
                const { labels, times, values } = one;
                return { labels, times, values };
              }),
          };
          const [ours, plain] = [window, stripped].map(
            (source) => new PromqlEngine({ source, clock: new WallClock() }),
          );
          let now = START;
          for (const [validator, move, isAsked] of moves) {
            const handle = board.gauge(level).at(validator);
            if (move === 'gone') handle.release();
            else handle.set(move);
            board.histogram(duration).at(validator).observe(1);
            window.sample((now += SECOND));
            if (!isAsked) continue;
            for (const text of expressions) {
              const [found, expected] = [await ours!.instant(text, now), await plain!.instant(text, now)];
              expect(found).toEqual(expected);
              const range = [now - 30 * SECOND, now, 3 * SECOND] as const;
              expect(await ours!.range(text, ...range)).toEqual(await plain!.range(text, ...range));
            }
          }
        },
      ),
      { numRuns: 15 },
    );
    expect(known).toBeGreaterThan(0);
  });
});
