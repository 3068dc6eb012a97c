/**
 * What tracing costs a sidecar at one node of a set of 100 that decides 100 views a second: processor time of this
 * process with it less without it, exporter and sockets included, as a share of one core. The receiver is another process.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { ManualClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import { parseConfig } from '../../src/config/parse.js';
import { consensusDomain } from '../../src/domains/consensus/observer.js';
import { ConsensusWatch } from '../../src/domains/consensus/watch.js';
import { DomainRegistry } from '../../src/domains/registry.js';
import type { DomainEvent, HelloEvent } from '../../src/events/vocabulary.js';
import { Board } from '../../src/metrics/board.js';
import { tracingMetrics } from '../../src/tracing/catalogue.js';
import { tracesOf } from '../../src/traces.js';
import { createSimulation, type NodeIdentity, type SimulatedNodeHooks } from '../../simulator/main.js';
import { statingHooks } from '../support/stating-hooks.js';
import type { BenchRow } from './row.js';

const SECONDS = 20;
const ROUNDS = 5;
const START_US = 1_735_689_600_000_000;

/** One event of the node, ready to be dispatched. */
interface Stated {
  readonly index: number;
  readonly event: DomainEvent;
}

/** The rows of tracing. */
export async function run(): Promise<BenchRow[]> {
  const { hello, stated, views } = await record();
  const receiver = spawn(process.execPath, ['-e', RECEIVER], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const port = await portOf(receiver);
    const cost = (settings: Record<string, string>): Promise<Cost> => costOf(hello, stated, port, settings);
    const every = await cost({ SAMPLING: '1' });
    const jaeger = await cost({ SAMPLING: '1', PROTOCOL: 'jaeger_collector' });
    const few = await cost({ SAMPLING: '0.01' });
    const rate = (views / SECONDS).toFixed(0);
    const setting = `one node of 100, ${rate} views/s`;
    return [
      {
        what: `tracing, ${setting}, every view by OTLP`,
        ours: `${percent(every.share)} of one core, ${every.spansPerView.toFixed(1)} spans a view`,
        peers: [
          {
            name: "OpenTelemetry's Jaeger exporter over HTTP",
            value: percent(jaeger.share),
            ratio: jaeger.share / every.share,
          },
        ],
        floor: '< 5 %',
        holds: every.share < 0.05,
      },
      {
        what: `tracing, ${setting}, one in a hundred by OTLP`,
        ours: `${percent(few.share)} of one core`,
        peers: [],
        floor: '< 1 %',
        holds: few.share < 0.01,
      },
    ];
  } finally {
    receiver.kill();
  }
}

interface Cost {
  /** Of one core. */
  readonly share: number;
  readonly spansPerView: number;
}

/** Median over rounds of the time with tracing less the time without. */
async function costOf(
  hello: HelloEvent,
  stated: readonly Stated[],
  port: number,
  settings: Record<string, string>,
): Promise<Cost> {
  const shares: number[] = [];
  let spansPerView = 0;
  for (let i = 0; i < ROUNDS + 1; i++) {
    const without = await play(hello, stated, port, undefined);
    const with_ = await play(hello, stated, port, settings);
    // The first round warms up.
    if (i > 0) shares.push((with_.cpuUs - without.cpuUs) / (SECONDS * 1e6));
    spansPerView = with_.spans / with_.views;
  }
  return { share: shares.sort((a, b) => a - b)[ROUNDS >> 1]!, spansPerView };
}

async function play(
  hello: HelloEvent,
  stated: readonly Stated[],
  port: number,
  settings: Record<string, string> | undefined,
): Promise<{ cpuUs: number; spans: number; views: number }> {
  const environment: Record<string, string> = {
    QUORUMSCOPE_TRACING_ENABLED: String(settings !== undefined),
    QUORUMSCOPE_TRACING_OTLP_URL: `http://127.0.0.1:${port}/v1/traces`,
    QUORUMSCOPE_TRACING_JAEGER_COLLECTOR: `http://127.0.0.1:${port}/api/traces`,
    QUORUMSCOPE_TRACING_QUEUE_SIZE: '256MiB',
  };
  for (const [name, value] of Object.entries(settings ?? {}))
    environment[`QUORUMSCOPE_TRACING_${name}`] = value;
  const clock = new ManualClock(START_US);
  const board = new Board({});
  const traces = tracesOf(parseConfig({ environment }).tracing, { board, clock, logger: silentLogger });
  const watch = new ConsensusWatch(traces?.listeners);
  traces?.follow(watch);
  await traces?.open();
  const registry = new DomainRegistry({
    board,
    clock,
    windowUs: 60_000_000,
    domains: [consensusDomain(watch), ...(traces === undefined ? [] : [traces.domain])],
  });
  globalThis.gc?.();
  const before = process.cpuUsage();
  const dispatch = registry.attach(hello);
  let yieldedUs = START_US;
  for (const { index, event } of stated) {
    if (event.ts_us > clock.nowUs()) clock.advance(event.ts_us - clock.nowUs());
    dispatch.dispatch(index, event);
    if (event.ts_us - yieldedUs < 250_000) continue;
    yieldedUs = event.ts_us;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await traces?.close(20_000_000);
  const { user, system } = process.cpuUsage(before);
  const spans = board.counter(tracingMetrics.spans).at().value;
  return { cpuUs: user + system, spans, views: SECONDS * 100 };
}

/** What is said of a block once it is final. */
const work: ReadonlySet<string> = new Set(['execution.block_executed', 'state.transition_applied']);

/** What the first node of a simulated network says of consensus and of its work on blocks. */
async function record(): Promise<{ hello: HelloEvent; stated: Stated[]; views: number }> {
  const stated: Stated[] = [];
  let hello: HelloEvent | undefined;
  let views = 0;
  const hooksFor = (identity: NodeIdentity): SimulatedNodeHooks => {
    const isOurs = identity.index === 0;
    const listener = {
      hello: (said: HelloEvent) => void (hello = isOurs ? said : hello),
      event: (event: DomainEvent, index: number) => {
        if (event.type === 'consensus.view_entered') views++;
        stated.push({ index, event });
      },
    };
    return statingHooks(
      identity,
      listener,
      (domain, type) => isOurs && (domain === 'consensus' || work.has(type)),
    );
  };
  await createSimulation({
    validators: 100,
    seed: 1,
    delayUs: 5_000,
    viewTimeoutUs: 500_000,
    leaderWaitUs: 20_000,
    durationUs: SECONDS * 1_000_000,
    speed: 'max',
    hooksFor,
  }).run();
  return { hello: hello!, stated, views };
}

const RECEIVER = `
  const server = require('node:http').createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(200).end());
  });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));`;

async function portOf(receiver: ChildProcess): Promise<number> {
  const [text] = (await once(receiver.stdout!, 'data')) as [Buffer];
  return Number(text.toString());
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
