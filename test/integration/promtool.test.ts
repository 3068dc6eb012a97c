/** The whole page, with everything that can stand on it, before Prometheus's own linter. */
import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Counter, Histogram, Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { outputPage } from '../../src/alerts/evaluation/output-page.js';
import { RuleOutputs } from '../../src/alerts/evaluation/rule-outputs.js';
import { WallClock } from '../../src/base/clock.js';
import { createExposition } from '../../src/export/prometheus/exposition.js';
import { defaultProcessRegistry } from '../../src/export/prometheus/process-registry.js';
import { Board } from '../../src/metrics/board.js';
import { BoardCollector } from '../../src/metrics/collector.js';
import { counter, gauge, histogram, summary } from '../../src/metrics/definition.js';
import { Labels } from '../../src/promql/labels.js';

const promtool = spawnSync('promtool', ['--version']).error === undefined;

function fullBoard(): Board {
  const board = new Board({ metricSeriesLimit: 3 });
  for (let i = 0; i < 5; i++) {
    board
      .counter(counter('hotstuff_votes_total', 'Votes.', ['peer']))
      .at(`p"${i}\n\\`)
      .add(i);
    board
      .gauge(gauge('hotstuff_height', 'Height.', ['peer']))
      .at(`p${i}`)
      .set(i / 3);
    board
      .histogram(histogram('hotstuff_wait_seconds', 'Wait.', [0.1, 1], ['peer'], { unit: 'seconds' }))
      .at(`p${i}`)
      .observe(i);
    board
      .summary(summary('hotstuff_size_bytes', 'Size.', [0.5, 0.99], ['peer'], { unit: 'bytes' }))
      .at(`p${i}`)
      .observe(i);
  }
  board.summary(summary('hotstuff_empty_bytes', 'Nothing yet.', [0.5], [])).at();
  board
    .counter(counter('hotstuff_votes_total', 'Votes.', ['peer']))
    .at('p')
    .add(-1);
  const collector = new BoardCollector({ board, clock: new WallClock() });
  collector.incrementCounter('app_jobs_total', { queue: 'fast' });
  collector.timeOperation('app_job_seconds', {}, () => undefined);
  collector.incrementCounter('no_suffix');
  return board;
}

function alertSeries(): RuleOutputs {
  const outputs = new RuleOutputs(60_000);
  const alert = { alertname: 'HotStuffChainHalted', chain_id: 'c"\\', severity: 'critical' };
  const append = (of: Readonly<Record<string, string>>, value: number): void =>
    outputs.append(Labels.from(Object.entries({ ...alert, ...of })), 1_000, value);
  append({ __name__: 'ALERTS', alertstate: 'firing' }, 1);
  append({ __name__: 'ALERTS_FOR_STATE' }, 1_700_000_000);
  return outputs;
}

function operatorsRegistry(): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ app: 'validator' });
  new Counter({ name: 'node_restarts_total', help: 'Restarts.', registers: [registry] }).inc();
  new Histogram({
    name: 'node_gossip_seconds',
    help: 'Gossip.',
    labelNames: ['topic'],
    registers: [registry],
  }).observe({ topic: 'votes' }, 0.2);
  return registry;
}

it.skipIf(!promtool)(
  `a page passes \`promtool check metrics\` without a complaint${promtool ? '' : ' (promtool is missing: Debian package prometheus)'}`,
  async () => {
    const exposition = createExposition({
      board: fullBoard(),
      others: () => outputPage(alertSeries(), { job: 'quorumscope', instance: 'here:1' }, 'alerts'),
      registries: [defaultProcessRegistry(), operatorsRegistry()],
      comments: () => ['no node is attached', 'TYPE looks like metadata', 'HELP'],
    });
    await exposition.render('openmetrics');
    // One turn of the event loop, so that the default metrics have measured its lag.
    await sleep(30);
    const page = Buffer.from(await exposition.render('text')).toString('utf8');
    expect(page).toMatch(/^ALERTS\{.*alertstate="firing".*\} 1$/m);
    expect(page).toMatch(/^nodejs_eventloop_lag_seconds /m);
    expect(page).toMatch(/^process_cpu_seconds_total /m);
    expect(page).not.toMatch(/nodejs_active_\w+_total/);
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input: page,
      encoding: 'utf8',
    });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  },
);
