/**
 * The codec: canonical lines of 16 validators to events, beside `JSON.parse` alone; lines as another
 * JSON library writes them; an event to its line, beside `JSON.stringify`.
 */
import { LineDecoder } from '../../src/events/decode.js';
import { encoders } from '../../src/events/encode.js';
import { LineSplitter } from '../../src/events/lines.js';
import { wireFormByType } from '../../src/events/wire.js';
import { measure } from './measure.js';
import { duration, peer, type BenchRow } from './row.js';

const VALIDATORS = 16;
const EVENTS = 64_000;
const START_US = 1_767_225_600_000_000;

const validators = Array.from({ length: VALIDATORS }, (_, i) => `v${String(i).padStart(2, '0')}`);

/** What 16 nodes say of their votes: the most frequent vital event, in lines of about 150 bytes. */
const votes = Array.from({ length: EVENTS }, (_, i) => ({
  node: validators[i % VALIDATORS]!,
  tsUs: START_US + i * 137,
  seq: Math.floor(i / VALIDATORS),
  body: {
    view: 4000 + Math.floor(i / VALIDATORS / VALIDATORS),
    vote: 'vote1',
    block: (Math.imul(0x9e3779b9, 1 + Math.floor(i / 256)) >>> 0).toString(16).padStart(16, '0'),
    validator: validators[Math.floor(i / VALIDATORS) % VALIDATORS]!,
  },
}));

const type = 'consensus.vote_received';
const encode = encoders[wireFormByType.get(type)!.index]!;

/** Measures for a few seconds. */
export async function run(): Promise<BenchRow[]> {
  const lines = votes.map(({ node, tsUs, seq, body }) => encode(node, tsUs, undefined, seq, undefined, body));
  const stream = Buffer.from(`${lines.join('\n')}\n`);
  const spaced = lines.map((line) => line.replaceAll(',"', ', "').replaceAll('":', '": '));
  return Promise.resolve([
    decoding('canonical lines', flat(stream), stream.length, 1.5),
    decoding('lines with spaces', spaced, Buffer.byteLength(spaced.join('\n')), 0.4),
    fromBytes(stream),
    encoding(),
  ]);
}

/** Lines as the splitter hands them over. */
function flat(stream: Buffer): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter({ line: (line) => lines.push(line), problem: () => undefined });
  splitter.write(stream);
  return lines;
}

function decoding(what: string, lines: readonly string[], bytes: number, least: number): BenchRow {
  const decoder = new LineDecoder();
  const ours = measure(EVENTS, () => {
    let views = 0;
    for (const line of lines) {
      if (decoder.decode(line) !== 'event') throw new Error(decoder.detail);
      views += (decoder.event as unknown as { view: number }).view;
    }
    return views;
  });
  const parse = measure(EVENTS, () => {
    let views = 0;
    for (const line of lines) views += (JSON.parse(line) as { view: number }).view;
    return views;
  });
  return {
    what: `decode and validate ${what} of ${Math.round(bytes / EVENTS)} bytes`,
    ours: `${duration(ours)}, ${perSecond(ours)}`,
    peers: [peer('JSON.parse alone, nothing checked', parse, ours)],
    floor: `at least ${least} times the speed of JSON.parse`,
    holds: parse / ours >= least,
  };
}

function fromBytes(stream: Buffer): BenchRow {
  const decoder = new LineDecoder();
  let events = 0;
  const splitter = new LineSplitter({
    line: (line) => (events += decoder.decode(line) === 'event' ? 1 : 0),
    problem: () => undefined,
  });
  const ours = measure(EVENTS, () => {
    for (let at = 0; at < stream.length; at += 65_536) splitter.write(stream.subarray(at, at + 65_536));
    return events;
  });
  return {
    what: 'chunks of 64 KiB to checked events',
    ours: `${duration(ours)}, ${perSecond(ours)}`,
    peers: [],
    floor: 'at least 1 M events/s',
    holds: ours <= 1000,
  };
}

function encoding(): BenchRow {
  const ours = measure(EVENTS, () => {
    let length = 0;
    for (const { node, tsUs, seq, body } of votes)
      length += encode(node, tsUs, undefined, seq, undefined, body).length;
    return length;
  });
  const stringify = measure(EVENTS, () => {
    let length = 0;
    for (const { node, tsUs, seq, body } of votes)
      length += JSON.stringify({ type, node, ts_us: tsUs, seq, ...body }).length;
    return length;
  });
  return {
    what: 'encode an event',
    ours: duration(ours),
    peers: [peer('JSON.stringify', stringify, ours)],
    floor: 'at least 2 times the speed of JSON.stringify',
    holds: stringify / ours >= 2,
  };
}

function perSecond(ns: number): string {
  return `${(1e3 / ns).toFixed(2)} M/s`;
}
