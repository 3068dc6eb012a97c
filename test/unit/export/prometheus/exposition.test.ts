import fc from 'fast-check';
import {
  Counter as PromCounter,
  Gauge as PromGauge,
  Histogram as PromHistogram,
  Registry,
  type OpenMetricsContentType,
} from 'prom-client';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../../src/base/clock.js';
import { createExposition, type ExpositionOptions } from '../../../../src/export/prometheus/exposition.js';
import type { Format } from '../../../../src/export/prometheus/format.js';
import { Board } from '../../../../src/metrics/board.js';
import { counter, gauge, histogram, summary } from '../../../../src/metrics/definition.js';

const votes = counter('hotstuff_votes_total', 'Votes received.', ['node_id', 'validator']);
const height = gauge('hotstuff_height', 'Committed height.', ['node_id']);
const wait = histogram('hotstuff_wait_seconds', 'Time waited.', [0.5, 1], ['node_id'], { unit: 'seconds' });
const size = summary('hotstuff_size_bytes', 'Size.', [0.5, 1], ['node_id'], { unit: 'bytes' });

async function pageOf(options: ExpositionOptions, format: Format = 'text'): Promise<string> {
  return Buffer.from(await createExposition(options).render(format)).toString('utf8');
}

function openMetricsRegistry(): Registry<OpenMetricsContentType> {
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  return registry;
}

/** The page without what the sidecar says about itself. */
const ownLines = (page: string): string[] =>
  page.split('\n').filter((line) => !line.includes('quorumscope_'));

describe('a page', () => {
  it('shows every kind in text', async () => {
    const board = new Board();
    board.counter(votes).at('n1', 'alice').add(3);
    board.gauge(height).at('n1').set(-1.5);
    for (const seconds of [0.5, 0.75, 9]) board.histogram(wait).at('n1').observe(seconds);
    for (const bytes of [8, 8, 8]) board.summary(size).at('n1').observe(bytes);
    expect(ownLines(await pageOf({ board }))).toEqual([
      '# HELP hotstuff_votes_total Votes received.',
      '# TYPE hotstuff_votes_total counter',
      'hotstuff_votes_total{node_id="n1",validator="alice"} 3',
      '# HELP hotstuff_height Committed height.',
      '# TYPE hotstuff_height gauge',
      'hotstuff_height{node_id="n1"} -1.5',
      '# HELP hotstuff_wait_seconds Time waited.',
      '# TYPE hotstuff_wait_seconds histogram',
      'hotstuff_wait_seconds_bucket{node_id="n1",le="0.5"} 1',
      'hotstuff_wait_seconds_bucket{node_id="n1",le="1.0"} 2',
      'hotstuff_wait_seconds_bucket{node_id="n1",le="+Inf"} 3',
      'hotstuff_wait_seconds_sum{node_id="n1"} 10.25',
      'hotstuff_wait_seconds_count{node_id="n1"} 3',
      '# HELP hotstuff_size_bytes Size.',
      '# TYPE hotstuff_size_bytes summary',
      'hotstuff_size_bytes{node_id="n1",quantile="0.5"} 8',
      'hotstuff_size_bytes{node_id="n1",quantile="1.0"} 8',
      'hotstuff_size_bytes_sum{node_id="n1"} 24',
      'hotstuff_size_bytes_count{node_id="n1"} 3',
      '',
    ]);
  });

  it('differs in OpenMetrics in its metadata and its end alone', async () => {
    const board = new Board();
    board.counter(votes).at('n1', 'alice').add(3);
    board.histogram(wait).at('n1').observe(1);
    const page = await pageOf({ board }, 'openmetrics');
    expect(ownLines(page).filter((line) => line.startsWith('#'))).toEqual([
      '# HELP hotstuff_votes Votes received.',
      '# TYPE hotstuff_votes counter',
      '# HELP hotstuff_wait_seconds Time waited.',
      '# TYPE hotstuff_wait_seconds histogram',
      '# UNIT hotstuff_wait_seconds seconds',
      '# EOF',
    ]);
    expect(page.endsWith('\n# EOF\n')).toBe(true);
    expect(page).toContain('\nhotstuff_votes_total{node_id="n1",validator="alice"} 3\n');
  });

  it('keeps a counter whose short name is taken valid in OpenMetrics, under the same name', async () => {
    const board = new Board();
    board
      .counter(counter('hotstuff_blocks_total', 'Blocks so far.', []))
      .at()
      .add(4);
    board
      .gauge(gauge('hotstuff_blocks', 'Blocks now.', []))
      .at()
      .set(2);
    const page = await pageOf({ board }, 'openmetrics');
    expect(page).toContain('# TYPE hotstuff_blocks_total unknown\nhotstuff_blocks_total 4\n');
    expect(page).toContain('# TYPE hotstuff_blocks gauge\nhotstuff_blocks 2\n');
    expect(await pageOf({ board })).toContain(
      '# TYPE hotstuff_blocks_total counter\nhotstuff_blocks_total 4\n',
    );
  });

  it('escapes help and label values', async () => {
    const board = new Board();
    board
      .gauge(gauge('hotstuff_x', 'A "quote", a \\ and\na newline.', ['a']))
      .at('é"\\\n{},:')
      .set(1);
    expect(await pageOf({ board })).toContain('# HELP hotstuff_x A "quote", a \\\\ and\\na newline.\n');
    const openMetrics = await pageOf({ board }, 'openmetrics');
    expect(openMetrics).toContain('# HELP hotstuff_x A \\"quote\\", a \\\\ and\\na newline.\n');
    expect(openMetrics).toContain('hotstuff_x{a="é\\"\\\\\\n{},:"} 1\n');
  });

  it("is the caller's own: later pages do not touch it", async () => {
    const board = new Board();
    const exposition = createExposition({ board });
    const handle = board.gauge(height).at('n1');
    handle.set(1);
    const first = await exposition.render('text');
    const copy = Buffer.from(first);
    handle.set(2);
    await exposition.render('text');
    handle.set(1234567);
    await exposition.render('text');
    expect(Buffer.compare(first, copy)).toBe(0);
  });

  it('may be given back, once, and only then is its memory used again', async () => {
    const board = new Board();
    const exposition = createExposition({ board });
    // The first page does not know yet how long it is: the second is longer.
    await exposition.render('text');
    const first = await exposition.render('text');
    exposition.recycle(new Uint8Array(1_000_000));
    const second = await exposition.render('text');
    exposition.recycle(first);
    exposition.recycle(first);
    const third = await exposition.render('text');
    const fourth = await exposition.render('text');
    expect(second.buffer === first.buffer).toBe(false);
    expect(third.buffer === first.buffer).toBe(true);
    expect(fourth.buffer === first.buffer).toBe(false);
    exposition.recycle(third);
    for (let i = 0; i < 200; i++) board.gauge(height).at(`node-${i}`).set(i);
    const longer = Buffer.from(await exposition.render('text')).toString();
    expect(ownLines(longer)).toEqual(ownLines(await pageOf({ board })));
  });

  it('says what it cost', async () => {
    const board = new Board();
    const clock = new ManualClock();
    const exposition = createExposition({ board, clock, comments: () => (clock.advance(3_000), []) });
    const first = await exposition.render('text');
    await exposition.render('openmetrics');
    const page = Buffer.from(await exposition.render('text')).toString();
    expect(page).toContain(`\nquorumscope_prometheus_page_bytes{format="text"} ${first.length}\n`);
    expect(page).toContain('\nquorumscope_prometheus_scrapes_total{format="text"} 2\n');
    expect(page).toContain('\nquorumscope_prometheus_scrapes_total{format="openmetrics"} 1\n');
    expect(page).toContain('\nquorumscope_prometheus_scrape_duration_seconds_sum 0.003\n');
    expect(page).toContain('\nquorumscope_prometheus_scrape_duration_seconds_count 2\n');
    expect(exposition.contentType('openmetrics')).toMatch(/^application\/openmetrics-text/);
  });
});

describe('a page rendered again and again', () => {
  const names = ['a', 'bb', 'ccc', 'dddd'];
  const number = fc.oneof(
    fc.integer({ min: 0, max: 2000 }),
    fc.double({ noNaN: false }),
    fc.constantFrom(0.1, 1e9, 1 / 3),
  );
  const step = fc.record({
    what: fc.constantFrom('count', 'set', 'clear', 'observe', 'sum', 'retire', 'page'),
    name: fc.constantFrom(...names),
    number,
  });

  it('is what a new renderer makes of the same board', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
        const board = new Board();
        const exposition = createExposition({ board });
        for (const { what, name, number: value } of steps) {
          if (what === 'count') board.counter(votes).at('n1', name).add(Math.abs(value));
          if (what === 'set') board.gauge(height).at(name).set(value);
          if (what === 'clear') board.gauge(height).at(name).clear();
          if (what === 'observe') board.histogram(wait).at(name).observe(value);
          if (what === 'sum') board.summary(size).at(name).observe(value);
          if (what === 'retire') board.counter(votes).at('n1', name).release();
          if (what === 'page') await exposition.render(value > 10 ? 'text' : 'openmetrics');
        }
        const kept = Buffer.from(await exposition.render('text')).toString();
        expect(ownLines(kept)).toEqual(ownLines(await pageOf({ board })));
      }),
    );
  });
});

describe('comments', () => {
  it('stand on top of the text page, one line each, and never pass for metadata', async () => {
    const comments = () => ['nothing attached\nattach a node', 'TYPE x counter', 'EOF'];
    const board = new Board();
    const page = await pageOf({ board, comments });
    expect(page.startsWith('# nothing attached attach a node\n# (TYPE x counter)\n# (EOF)\n# HELP')).toBe(
      true,
    );
    expect(await pageOf({ board, comments }, 'openmetrics')).not.toContain('nothing attached');
  });

  it('never fail a page', async () => {
    const comments = (): string[] => {
      throw new Error('oops');
    };
    expect(await pageOf({ board: new Board(), comments })).toMatch(
      /^# comments could not be made: oops\n# HELP/,
    );
  });
});

describe('registries of prom-client', () => {
  it('join the page with their default labels, without being changed', async () => {
    const registry = new Registry();
    registry.setDefaultLabels({ app: 'node', kind: 'default' });
    const prom = new PromCounter({
      name: 'app_jobs_total',
      help: 'Jobs.',
      labelNames: ['kind'],
      registers: [registry],
    });
    prom.inc({ kind: 'a"b' }, 2);
    const histogramMetric = new PromHistogram({
      name: 'app_wait_seconds',
      help: 'Wait.',
      buckets: [0.5, 1],
      registers: [registry],
    });
    histogramMetric.observe(0.75);
    const before = await registry.metrics();
    const exposition = createExposition({ board: new Board(), registries: [registry] });
    for (const format of ['text', 'openmetrics', 'text'] as const) {
      const page = Buffer.from(await exposition.render(format)).toString();
      expect(page).toContain(
        `# TYPE app_jobs${format === 'text' ? '_total' : ''} counter\napp_jobs_total{kind="a\\"b",app="node"} 2\n`,
      );
      expect(page).toContain('app_wait_seconds_bucket{le="1.0",app="node",kind="default"} 1\n');
      expect(page).toContain('app_wait_seconds_sum{app="node",kind="default"} 0.75\n');
    }
    expect(await registry.metrics()).toBe(before);
    registry.setDefaultLabels({ app: 'renamed' });
    expect(await pageOf({ board: new Board(), registries: [registry] })).toContain(
      'app_jobs_total{kind="a\\"b",app="renamed"} 2\n',
    );
  });

  it('keep the names they print themselves: counters without _total in a text registry, with it in an OpenMetrics one', async () => {
    const text = new Registry();
    new PromCounter({ name: 'app_jobs', help: 'Jobs.', registers: [text] }).inc();
    const openMetrics = openMetricsRegistry();
    new PromCounter({ name: 'lib_jobs_total', help: 'Jobs.', registers: [openMetrics] }).inc();
    const options = { board: new Board(), registries: [text, openMetrics] };
    for (let i = 0; i < 2; i++) {
      const page = await pageOf(options);
      expect(page).toContain('# TYPE app_jobs counter\napp_jobs 1\n');
      expect(page).toContain('# TYPE lib_jobs_total counter\nlib_jobs_total 1\n');
      const other = await pageOf(options, 'openmetrics');
      expect(other).toContain('# TYPE app_jobs unknown\napp_jobs 1\n');
      expect(other).toContain('# TYPE lib_jobs counter\nlib_jobs_total 1\n');
      // From here on that registry has renamed its own counter.
      await openMetrics.metrics();
    }
  });

  it('show exemplars in OpenMetrics', async () => {
    const registry = openMetricsRegistry();
    const prom = new PromHistogram({
      name: 'app_wait_seconds',
      help: 'Wait.',
      buckets: [1],
      enableExemplars: true,
      registers: [registry],
    });
    prom.observe({ labels: {}, value: 0.5, exemplarLabels: { trace_id: 'abc' } });
    const options = { board: new Board(), registries: [registry] };
    expect(await pageOf(options, 'openmetrics')).toMatch(
      /app_wait_seconds_bucket\{le="1\.0"\} 1 # \{trace_id="abc"\} 0\.5 \d+(\.\d+)?\n/,
    );
    expect(await pageOf(options)).toContain('app_wait_seconds_bucket{le="1.0"} 1\n');
  });

  it('lose only what fails, hangs, clashes or is not valid; each is counted and named', async () => {
    const registry = new Registry();
    const registers = [registry];
    new PromGauge({ name: 'app_fine', help: 'Fine.', registers }).set(1);
    new PromGauge({
      name: 'app_broken',
      help: 'x',
      registers,
      collect: () => {
        throw new Error('no disk');
      },
    });
    new PromGauge({
      name: 'app_stuck',
      help: 'x',
      registers,
      collect: () => new Promise<void>(() => undefined),
    });
    new PromGauge({ name: 'hotstuff_height', help: 'x', registers }).set(1);
    registry.registerMetric({
      name: 'bad-name',
      get: () => Promise.resolve({ name: 'bad-name', type: 'gauge', help: 'x', values: [{ value: 1 }] }),
    } as never);
    const second = new Registry();
    new PromGauge({ name: 'app_fine', help: 'Twice.', registers: [second] }).set(2);
    const board = new Board();
    board.gauge(height).at('n1').set(5);
    const exposition = createExposition({ board, registries: [registry, second], registryDeadlineMs: 20 });
    const first = Buffer.from(await exposition.render('text')).toString();
    expect(first).toContain('\napp_fine 1\n');
    expect(first).not.toContain('Twice');
    expect(first).toContain('# left out: app_broken: no disk\n');
    expect(first).toContain('# left out: app_stuck: not collected within 20 ms\n');
    expect(first).toContain('# left out: hotstuff_height: the name hotstuff_height is taken\n');
    expect(first).toContain('# left out: bad-name: its name is not a metric name\n');
    const page = Buffer.from(await exposition.render('text')).toString();
    for (const [reason, count] of [
      ['failed', 2],
      ['timeout', 2],
      ['clash', 4],
      ['invalid', 2],
    ] as const) {
      expect(page).toContain(`quorumscope_prometheus_metrics_left_out_total{reason="${reason}"} ${count}\n`);
    }
  });

  it('are isolated even when a registry itself is broken', async () => {
    const broken = {
      contentType: 'text/plain',
      getMetricsAsArray: () => {
        throw new Error('gone');
      },
    } as unknown as Registry;
    expect(await pageOf({ board: new Board(), registries: [broken] })).toContain(
      '# left out: every metric of a registry: gone\n',
    );
  });
});
