import { describe, expect, it } from 'vitest';
import { WallClock } from '../../../src/base/clock.js';
import { compile, PromqlEngine, type EngineOptions, type QueryOutcome } from '../../../src/promql/engine.js';
import { writeStale } from '../../../src/promql/series.js';
import { MemorySeries } from '../../support/memory-series.js';

const MINUTE = 60_000;

function engineOver(source: EngineOptions['source'], options: Partial<EngineOptions> = {}): PromqlEngine {
  return new PromqlEngine({ source, clock: new WallClock(), ...options });
}

/** `x{i="0"}`, `x{i="1"}`, ... each rising by one a minute. */
function rising(series: number, samples: number, name = 'x'): MemorySeries {
  const source = new MemorySeries();
  for (let i = 0; i < series; i++)
    source.add(
      { __name__: name, i: String(i) },
      Array.from({ length: samples }, (_, k) => k * MINUTE),
      Array.from({ length: samples }, (_, k) => k),
    );
  return source;
}

/** The samples of an answer as text. */
function shown(outcome: QueryOutcome): readonly string[] {
  if (outcome.status === 'error') return [`${outcome.errorType}: ${outcome.error}`];
  const { value } = outcome;
  switch (value.type) {
    case 'vector':
      return value.samples.map(({ labels, value: sample }) => `${labels.toString()} ${sample}`);
    case 'matrix':
      return value.series.map(({ labels, times, values }) =>
        [labels.toString(), ...Array.from(values, (sample, i) => `${sample}@${times[i]! / 1000}`)].join(' '),
      );
    default:
      return [String(value.value)];
  }
}

describe('an instant selector', () => {
  it('looks back five minutes and not to the far edge itself', async () => {
    const engine = engineOver(rising(1, 1));
    expect(shown(await engine.instant('x', 5 * MINUTE - 1))).toEqual(['{__name__="x", i="0"} 0']);
    expect(shown(await engine.instant('x', 5 * MINUTE))).toEqual([]);
    expect(shown(await engine.instant('x', -1))).toEqual([]);
  });

  it('ends a series at a stale marker but not at another NaN', async () => {
    const source = new MemorySeries();
    source.add({ __name__: 'x' }, [0, MINUTE, 2 * MINUTE], [1, Number.NaN, 3]);
    const [series] = source.select({ matchers: [], fromMs: 0, toMs: 0 });
    expect(shown(await engineOver(source).instant('x', MINUTE))).toEqual(['{__name__="x"} NaN']);
    writeStale(series!.values, 1);
    const engine = engineOver(source);
    expect(shown(await engine.instant('x', MINUTE))).toEqual([]);
    expect(shown(await engine.instant('count_over_time(x[3m])', 2 * MINUTE))).toEqual(['{} 2']);
    expect(shown(await engine.range('x', 0, 2 * MINUTE, MINUTE))).toEqual(['{__name__="x"} 1@0 3@120']);
  });

  it('still sees a stale marker in a copy of its column', async () => {
    const values = new Float64Array([1, 0]);
    writeStale(values, 1);
    const source = new MemorySeries();
    source.add({ __name__: 'x' }, [0, 1, 2], [0, 0, 0]);
    source.select({ matchers: [], fromMs: 0, toMs: 0 })[0]!.values.set(values, 1);
    expect(shown(await engineOver(source).instant('x', 1))).toEqual(['{__name__="x"} 1']);
    expect(shown(await engineOver(source).instant('x', 2))).toEqual([]);
  });
});

describe('a range', () => {
  it('is open on the left', async () => {
    const engine = engineOver(rising(1, 11));
    expect(shown(await engine.instant('count_over_time(x[5m])', 10 * MINUTE))).toEqual(['{i="0"} 5']);
    expect(shown(await engine.instant('x[2m]', 10 * MINUTE))).toEqual(['{__name__="x", i="0"} 9@540 10@600']);
  });

  it('warns of what is not named like a counter, with the place', async () => {
    const outcome = await engineOver(rising(1, 11)).instant('1 + rate(x[5m])', 10 * MINUTE);
    expect(outcome).toMatchObject({
      warnings: [],
      infos: [
        'PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "x" (1:10)',
      ],
    });
  });
});

describe('names', () => {
  it('are dropped at once, so that series which then are the same are refused', async () => {
    const source = rising(1, 2, 'x');
    source.add({ __name__: 'y', i: '0' }, [MINUTE], [1]);
    const engine = engineOver(source);
    expect(shown(await engine.instant('abs({i="0"})', MINUTE))).toEqual([
      'execution: vector cannot contain metrics with the same labelset',
    ]);
    const delayed = engineOver(source, { semantics: { delayedNameRemoval: true } });
    expect(shown(await delayed.instant('sum by (__name__) (abs({i="0"}))', MINUTE))).toEqual([
      'execution: vector cannot contain metrics with the same labelset',
    ]);
    expect(
      shown(
        await delayed.instant(
          'label_replace(abs({i="0"}), "__name__", "${1}_abs", "__name__", "(.*)")',
          MINUTE,
        ),
      ),
    ).toEqual(['{__name__="x_abs", i="0"} 1', '{__name__="y_abs", i="0"} 1']);
  });
});

describe('a compiled query', () => {
  it('answers as a new one does while series come and go', async () => {
    const queries = [
      'sum by (i) (rate(x[5m]))',
      'x + on (i) group_left () x',
      'x or y',
      'abs(x) unless on (i) y',
      'label_replace(x, "j", "$1", "i", "(.)")',
      'topk(2, x) * 2',
      'histogram_quantile(0.5, z)',
      'count_values("v", x)',
    ];
    const kept = queries.map(compile);
    const source = new MemorySeries();
    const engine = engineOver(source);
    for (let round = 0; round < 6; round++) {
      const times = [0, MINUTE, 2 * MINUTE];
      source.add({ __name__: 'x', i: String(round) }, times, [round, round + 1, 1]);
      if (round % 2 === 1) source.add({ __name__: 'y', i: String(round) }, times, [5, 6, 7]);
      source.add({ __name__: 'z', i: String(round % 3), le: round < 3 ? '1' : '+Inf' }, times, [
        1,
        2,
        3 + round,
      ]);
      for (const [i, query] of queries.entries()) {
        const asked = (what: string | (typeof kept)[number]) =>
          engine.range(what, MINUTE, 2 * MINUTE, MINUTE);
        const fresh = shown(await asked(query));
        expect(shown(await asked(kept[i]!))).toEqual(fresh);
        expect(shown(await asked(kept[i]!))).toEqual(fresh);
      }
    }
  });

  it('may be asked again before it has answered', async () => {
    const engine = engineOver(rising(20, 30));
    const query = compile('sum by (i) (rate(x[5m])) + on (i) group_left () x');
    const alone = shown(await engine.range(query, 0, 20 * MINUTE, MINUTE));
    const together = await Promise.all(
      Array.from({ length: 5 }, (_, i) => engine.range(query, i * MINUTE, 20 * MINUTE, MINUTE)),
    );
    expect(shown(together[0]!)).toEqual(alone);
  });
});

describe('a query that asks too much', () => {
  const source = rising(50, 500);

  it.each([
    ['max_over_time(x[1y:1s])', 'too many samples'],
    ['max_over_time(x[1d:1s])', 'too many samples'],
    ['max_over_time(max_over_time(vector(1)[1d:1s])[1d:1s])', undefined],
    ['count_values("v", x) + on () group_left () vector(1)', undefined],
  ])('%s: is refused if it must be', async (query, reason) => {
    const outcome = await engineOver(source).range(query, 0, 400 * MINUTE, MINUTE);
    if (reason === undefined) expect(outcome.status).toBe('success');
    else expect(outcome).toMatchObject({ status: 'error', errorType: 'execution' });
    if (reason !== undefined) expect(shown(outcome)[0]).toContain(reason);
  });

  it('is refused by the number of samples, series and steps', async () => {
    const engine = engineOver(source, { limits: { maxSamples: 1000, maxSeries: 60, maxSteps: 100 } });
    expect(shown(await engine.instant('x[400m]', 400 * MINUTE))[0]).toMatch(
      /^execution: .*too many samples.*limit 1000/,
    );
    expect(shown(await engine.range('vector(1)', 0, 101 * MINUTE, MINUTE))[0]).toMatch(
      /^bad_data: exceeded maximum resolution of 100 points/,
    );
    const few = engineOver(source, { limits: { maxSeries: 10 } });
    expect(shown(await few.instant('x', MINUTE))[0]).toMatch(/^execution: selector finds 50 series/);
  });

  it('cannot raise the limits of the engine', async () => {
    const engine = engineOver(source, { limits: { maxSeries: 10 } });
    const outcome = await engine.instant('x', MINUTE, { limits: { maxSeries: 1000 } });
    expect(outcome.status).toBe('error');
  });

  it('leaves the process to others, and stops when it is given up or out of time', async () => {
    const engine = engineOver(rising(200, 4000), { limits: { maxSamples: 50_000_000 } });
    const query = 'sum(quantile_over_time(0.9, x[2d]))';
    const ask = (options: Parameters<PromqlEngine['range']>[4]): Promise<QueryOutcome> =>
      engine.range(query, 2000 * MINUTE, 4000 * MINUTE, MINUTE, options);
    expect(await ask({ limits: { timeoutMs: 50 } })).toMatchObject({ errorType: 'timeout' });

    const abort = new AbortController();
    let turns = 0;
    let isDone = false;
    const outcome = ask({ signal: abort.signal }).finally(() => (isDone = true));
    while (!isDone) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (++turns === 5) abort.abort();
    }
    expect(await outcome).toMatchObject({ errorType: 'canceled' });
    expect(turns).toBeGreaterThanOrEqual(5);
  });

  it('does not hold the process up by a regular expression', async () => {
    const long = new MemorySeries();
    for (let i = 0; i < 300; i++) long.add({ __name__: 'x', a: `${'a'.repeat(3000)}${i}!` }, [0], [1]);
    const engine = engineOver(long);
    const started = performance.now();
    for (const pattern of ['(a+)+$', '(x+x+)+y', '(a|aa)+$', '(.?){150}', '(?:.*a){40}']) {
      const outcome = await engine.instant(`x{a=~"${pattern}"}`, 0);
      if (outcome.status === 'error') expect(outcome.error).toContain('regular expressions take too long');
    }
    expect(performance.now() - started).toBeLessThan(10_000);
    for (const pattern of ['((a{100}){100}){100}', '(((a?){20}){20}){20}', `${String.raw`\\pL`.repeat(300)}`])
      expect(shown(await engine.instant(`x{a=~"${pattern}"}`, 0))[0]).toMatch(
        /^bad_data: .*error parsing regexp/,
      );
  });
});

describe('a source that fails', () => {
  it('gives an error with its message', async () => {
    const engine = engineOver({ select: () => Promise.reject(new Error('segment is damaged')) });
    expect(await engine.instant('x', 0)).toEqual({
      status: 'error',
      errorType: 'execution',
      error: 'segment is damaged',
    });
  });
});
