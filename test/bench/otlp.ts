/**
 * OTLP: log records that state votes, as the OpenTelemetry SDK for JavaScript writes them, decoded, mapped and told as lines.
 * Beside it what protobufjs needs to decode the same bytes, and `JSON.parse`. Processor time of the process, medians.
 */
import { OtlpTranslator } from '../../src/attach/otlp/translator.js';
import { loadOtlpMapping } from '../../src/attach/otlp/shipped-mappings.js';
import { Voices } from '../../src/attach/otlp/voices.js';
import { ManualClock } from '../../src/base/clock.js';
import type { DomainEvent } from '../../src/events/vocabulary.js';
import { decodeWithProtobufjs } from '../support/otlp-definitions.js';
import { logsRequest, recordOf, resourceOf, type Written } from '../support/otlp-requests.js';
import type { BenchRow } from './row.js';

const BATCH = 512;
const BATCHES = 60;
const ROUNDS = 5;
const FLOOR = 50_000;

/** Measures for some seconds. */
export async function run(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const written of ['protobuf', 'json'] as const) {
    const bodies = bodiesOf(written);
    const ours = await median(() => translated(bodies, written));
    const decode = written === 'json' ? parsed : decodeWithProtobufjs;
    const theirs = await median(() => {
      for (const body of bodies) decode(body);
      return Promise.resolve();
    });
    const name = written === 'json' ? 'JSON.parse, decoding alone' : 'protobufjs, decoding alone';
    rows.push({
      what: `log records of OTLP in ${written}, decoded, mapped and told as events`,
      ours: `${Math.round(ours / 1000)} k records/s`,
      peers: [{ name, value: `${Math.round(theirs / 1000)} k records/s`, ratio: ours / theirs }],
      floor: `>= ${FLOOR / 1000} k records/s of processor time`,
      holds: ours >= FLOOR,
    });
  }
  return rows;
}

function parsed(body: Buffer): void {
  JSON.parse(body.toString('utf8'));
}

function bodiesOf(written: Written): Buffer[] {
  const resource = resourceOf({ 'service.name': 'node', 'service.instance.id': 'node-1' });
  return Array.from({ length: BATCHES }, (_, batch) => {
    const records = Array.from({ length: BATCH }, (_, i) => {
      const seq = batch * BATCH + i;
      const fields = { view: seq >> 2, vote: 'vote1', block: `b${seq >> 2}`, validator: `v${seq & 3}` };
      const stamp = { node: 'node-1', ts_us: 1_748_779_200_000_000 + seq, mono_us: seq, seq };
      const event = { type: 'consensus.vote_received', ...stamp, ...fields } as unknown as DomainEvent;
      return recordOf(event, resource);
    });
    return logsRequest(records, written);
  });
}

async function translated(bodies: readonly Buffer[], written: Written): Promise<void> {
  const clock = new ManualClock();
  const feed = {
    write: () => undefined,
    end: () => undefined,
    ready: () => Promise.resolve(),
    drained: () => Promise.resolve(),
  };
  const mapping = loadOtlpMapping('hotstuff');
  const voices = new Voices({
    mapping,
    naming: { node: undefined, nodes: {}, chain: 'bench' },
    clock,
    openFeed: () => feed,
    staleUs: 1e9,
    onReset: () => undefined,
  });
  const translator = new OtlpTranslator(mapping, voices, clock);
  for (const body of bodies) {
    const taken = await translator.take(body, 'logs', written);
    if ('problem' in taken || taken.kinds.get('logs')!.mapped !== BATCH)
      throw new Error('a batch was not mapped');
  }
  await voices.close();
}

/** Records a second of processor time. */
async function median(round: () => Promise<void>): Promise<number> {
  const rates: number[] = [];
  for (let i = 0; i <= ROUNDS; i++) {
    const before = process.cpuUsage();
    await round();
    const { user, system } = process.cpuUsage(before);
    // The first is for the compiler.
    if (i > 0) rates.push((BATCH * BATCHES) / ((user + system) / 1e6));
  }
  return rates.sort((a, b) => a - b)[rates.length >> 1]!;
}
