/**
 * Lines of programs' logs to events, on one core: the floor is 200,000 lines a second of processor time, for every line
 * a matched one and for 1,999 irrelevant lines in 2,000. Captured logs, over and over.
 */
import { loadAdapter } from '../../src/attach/logs/shipped.js';
import { LogTranslator } from '../../src/attach/logs/translator.js';
import { nodeLogBytes, nodeLogHeader } from '../support/node-logs.js';
import type { BenchRow } from './row.js';

const FLOOR = 200_000;
const LINES = 400_000;

function logOf(name: string, noise: number): readonly string[] {
  const printed = nodeLogBytes(name).toString('utf8').split('\n').slice(0, -1);
  const irrelevant = printed
    .slice(0, 50)
    .map((line) => `${line.slice(0, 40)} recovered valid broadcast of 1432 bytes from peer 12D3KooW`);
  return Array.from({ length: LINES }, (_, index) =>
    index % (noise + 1) === 0
      ? printed[(index / (noise + 1)) % printed.length]!
      : irrelevant[index % irrelevant.length]!,
  );
}

function rate(name: string, lines: readonly string[]): number {
  const { node, validators } = nodeLogHeader(name);
  const facts = { chain: 'c', node: 'n', validator: node, validators };
  const translator = new LogTranslator(loadAdapter(name.slice(0, name.indexOf('/'))), facts);
  const before = process.cpuUsage();
  for (const line of lines) translator.line(line);
  const { user, system } = process.cpuUsage(before);
  return lines.length / ((user + system) / 1e6);
}

function row(title: string, name: string, noise: number): BenchRow {
  const lines = logOf(name, noise);
  const rates = Array.from({ length: 5 }, () => rate(name, lines)).sort((a, b) => a - b);
  const median = rates[2]!;
  return {
    what: `lines of a log to events: ${title}`,
    ours: `${Math.round(median).toLocaleString('en')} lines/s of processor time`,
    peers: [],
    floor: `${FLOOR.toLocaleString('en')} lines/s`,
    holds: median >= FLOOR,
  };
}

/** All rows. */
export function run(): Promise<BenchRow[]> {
  return Promise.resolve([
    row('edgedlt/hotstuff2 (JSON), every line its own', 'edgedlt-hotstuff2/node-0', 0),
    row('hotmint (text), every line matched', 'hotmint/v0', 0),
    row('hotmint (text), 99.95 % irrelevant', 'hotmint/v0', 1999),
    row('monad-bft (JSON), 99.95 % irrelevant', 'monad-bft/node', 1999),
  ]);
}
