/**
 * A node that says its events as log records of OpenTelemetry gives the board that the same events give over the socket, to
 * the last number, in either encoding; and every record is counted as mapped.
 */
import { gzipSync } from 'node:zlib';
import { afterEach, expect, it } from 'vitest';
import { otlpMetrics } from '../../src/attach/otlp/catalogue.js';
import { openOtlp } from '../../src/attach/otlp/otlp-door.js';
import { loadOtlpMapping } from '../../src/attach/otlp/shipped-mappings.js';
import { StreamClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import { parseConfig } from '../../src/config/parse.js';
import { encodeEvent } from '../../src/events/encode.js';
import type { DomainEvent, HelloEvent } from '../../src/events/vocabulary.js';
import { Board } from '../../src/metrics/board.js';
import { createSidecar, type Sidecar } from '../../src/sidecar.js';
import { createSimulation } from '../../simulator/main.js';
import { logsRequest, post, recordOf, resourceOf, type Written } from '../support/otlp-requests.js';
import { statingHooks } from '../support/stating-hooks.js';

const NODE = 'node-1';
/** Records of a request, as a batch processor would send them. */
const BATCH = 512;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** What one node of a network with a crash states. */
async function statements(): Promise<(DomainEvent | HelloEvent)[]> {
  const said: (DomainEvent | HelloEvent)[] = [];
  const silent = { hello: () => undefined, event: () => undefined };
  const simulation = createSimulation({
    validators: 4,
    seed: 11,
    delayUs: 20_000,
    viewTimeoutUs: 400_000,
    leaderWaitUs: 100_000,
    durationUs: 4_000_000,
    speed: 'max',
    workload: { transactionsPerSecond: 200 },
    faults: [{ kind: 'crash', validator: 3, atUs: 1_500_000, durationUs: 800_000 }],
    hooksFor: (identity) =>
      statingHooks(
        identity,
        identity.node === NODE
          ? { hello: (hello) => void said.push(hello), event: (event) => void said.push(event) }
          : silent,
      ),
  });
  await simulation.run();
  return said;
}

async function sidecarOn(clock: StreamClock): Promise<Sidecar> {
  const config = parseConfig({ environment: { QUORUMSCOPE_ATTACH_SOCKET: 'null' } });
  const sidecar = createSidecar(config, { clock, logger: silentLogger, serve: false });
  await sidecar.start();
  closing.push(() => sidecar.stop());
  return sidecar;
}

/** All that is said of nodes and chain, sorted. */
async function boardOf(sidecar: Sidecar, clock: StreamClock): Promise<string[]> {
  await sidecar.drained();
  clock.advance('end', clock.nowUs() + 10_000_000);
  sidecar.collect();
  const { body } = await sidecar.page();
  const lines = Buffer.from(body).toString('utf8').split('\n');
  return lines.filter((line) => /^(hotstuff_|quorumscope_events_missing)/.test(line)).sort();
}

async function overSocket(said: readonly (DomainEvent | HelloEvent)[]): Promise<string[]> {
  const clock = new StreamClock();
  const sidecar = await sidecarOn(clock);
  const feed = sidecar.openLossless({ door: 'unix', peer: 'test' });
  for (const event of said) feed.write(Buffer.from(`${encodeEvent(event)}\n`));
  feed.end();
  await feed.drained();
  return boardOf(sidecar, clock);
}

async function overOtlp(said: readonly (DomainEvent | HelloEvent)[], written: Written): Promise<string[]> {
  const clock = new StreamClock();
  const sidecar = await sidecarOn(clock);
  const own = new Board();
  const door = await openOtlp({
    host: '127.0.0.1',
    port: 0,
    maxBytes: 8 * 1024 * 1024,
    token: undefined,
    isBehind: () => false,
    forward: undefined,
    mapping: loadOtlpMapping('hotstuff'),
    naming: { node: undefined, nodes: {}, chain: 'elsewhere' },
    staleUs: 300_000_000,
    openFeed: sidecar.openLossless,
    board: own,
    clock,
    logger: silentLogger,
  });
  const resource = resourceOf({ 'service.name': 'node', 'service.instance.id': NODE });
  for (let at = 0; at < said.length; at += BATCH) {
    const records = said.slice(at, at + BATCH).map((event) => recordOf(event, resource));
    const body = gzipSync(logsRequest(records, written));
    const answer = await post(`http://${door.address}/v1/logs`, body, written, {
      'content-encoding': 'gzip',
    });
    expect([answer.status, answer.body.toString()]).toEqual([200, written === 'json' ? '{}' : '']);
  }
  await door.close();
  expect(own.counter(otlpMetrics.received).at('logs').value).toBe(said.length);
  expect(own.counter(otlpMetrics.mapped).at('logs').value).toBe(said.length);
  return boardOf(sidecar, clock);
}

it.each(['protobuf', 'json'] as const)(
  'by OTLP in %s it is the board of the socket',
  { timeout: 120_000 },
  async (written) => {
    const said = await statements();
    expect(said.length).toBeGreaterThan(1_000);
    const expected = await overSocket(said);
    expect(expected.length).toBeGreaterThan(100);
    expect(await overOtlp(said, written)).toEqual(expected);
  },
);
