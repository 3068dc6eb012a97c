/**
 * The built sidecar beside a program that is writing its log: what `run` has counted when the program has ended is what
 * `replay` counts of the finished file. The writer is a process that prints a captured log again, and a real node, built
 * from crates. `FOLLOW_SECONDS=60` lets them write for that long; the gate has ten seconds.
 *
 * Never compares durations: a log is followed on the clock of the machine and replayed on its own.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Child, cli, eventually } from '../support/child.js';
import { nodeLogBytes, nodeLogHeader } from '../support/node-logs.js';

const seconds = Number(process.env['FOLLOW_SECONDS'] ?? 10);

/** What a page counts that a replay does not, and why. */
const ofTheSidecarItself: readonly (readonly [RegExp, string])[] = [
  [/^process_|^nodejs_/, 'the process'],
  [/^quorumscope_(?!events_|source_)/, 'work of the running sidecar: rounds, scrapes, rules, files'],
  [/^quorumscope_source_(connections|disconnects|connected|opened|ended)/, 'doors; a replay has none'],
  [/^hotstuff_\w*_seconds_total$/, 'time that passed on the clock of the machine'],
];

type Counted = Record<string, number>;

let folder: string;
const children: Child[] = [];
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'quorumscope-followed-node-'))));
afterEach(async () => {
  for (const child of children.splice(0)) await child.stop('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

interface Followed {
  readonly adapter: string;
  readonly path: string;
  readonly validator: string;
  readonly validators: readonly string[];
}

/** Starts a sidecar that follows the log, which need not be there yet; resolves with the address of its page. */
async function follow({ path, ...log }: Followed): Promise<string> {
  const file = join(folder, 'quorumscope.yaml');
  const node = { kind: 'file', path, from: 'begin', chain: 'c', node: 'n', ...log };
  writeFileSync(
    file,
    JSON.stringify({ chain: { id: 'c', node: 'n' }, attach: { socket: null, logs: { node } } }),
  );
  const child = Child.cli(['run', '--config', file, '--listen', '127.0.0.1:0']);
  children.push(child);
  const [, address] = await child.printed(/(http:\/\/127\.0\.0\.1:\d+)/);
  return `${address}/metrics`;
}

/** Counters, and how often durations were observed, by series; the door's own name left out. */
function key(name: string, labels: Readonly<Record<string, string>>): string | undefined {
  if (ofTheSidecarItself.some(([pattern]) => pattern.test(name))) return undefined;
  const { source, ...others } = labels;
  const sorted = Object.entries(others).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${name}${source === undefined ? '' : '@door'}${JSON.stringify(sorted)}`;
}

async function onPage(page: string): Promise<Counted> {
  const text = await (await fetch(page, { headers: { accept: 'text/plain; version=0.0.4' } })).text();
  const kinds = new Map([...text.matchAll(/^# TYPE (\S+) (\w+)$/gm)].map(([, name, kind]) => [name!, kind!]));
  const found: Counted = {};
  for (const [, name, labels, value] of text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)) {
    const whole = kinds.get(name!) === 'counter' ? name! : name!.replace(/_count$/, '');
    const isCounted = kinds.get(name!) === 'counter' || (whole !== name && kinds.get(whole) === 'histogram');
    if (!isCounted) continue;
    const pairs = [...(labels ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, of, is]) => [of!, is!]);
    const place = key(whole, Object.fromEntries(pairs) as Record<string, string>);
    if (place !== undefined) found[place] = Number(value);
  }
  return found;
}

interface Metric {
  readonly name: string;
  readonly kind: string;
  readonly series: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly value?: number;
    readonly count?: number;
  }[];
}

/** What `replay` counts of the finished file. */
function replayed({ adapter, path, validator, validators }: Followed): Counted {
  const words = [
    ...['replay', path, '--json', '--settle', '--config', join(folder, 'quorumscope.yaml')],
    ...['--adapter', adapter, '--validator', validator, '--validators', validators.join(',')],
  ];
  const printed = execFileSync(process.execPath, [cli, ...words], { encoding: 'utf8', maxBuffer: 1 << 28 });
  const found: Counted = {};
  for (const { name, kind, series } of (JSON.parse(printed) as { metrics: readonly Metric[] }).metrics)
    for (const { labels, value, count } of series) {
      const place = kind === 'counter' || kind === 'histogram' ? key(name, labels) : undefined;
      if (place !== undefined) found[place] = (kind === 'counter' ? value : count)!;
    }
  return found;
}

async function expectSame(page: string, followed: Followed, commits: number): Promise<void> {
  const expected = replayed(followed);
  const withoutZeros = (all: Counted): Counted =>
    Object.fromEntries(Object.entries(all).filter(([, value]) => value !== 0));
  const wanted = withoutZeros(expected);
  let found: Counted = {};
  await eventually(
    async () => {
      found = withoutZeros(await onPage(page));
      return isDeepStrictEqual(found, wanted) ? true : undefined;
    },
    // The last failed view waits for its verdict for six times its timer.
    60_000,
    'the counters of the finished file',
  ).catch(() => undefined);
  expect(found).toEqual(wanted);
  const committed = Object.entries(found).find(([name]) =>
    name.startsWith('hotstuff_consensus_blocks_committed_total'),
  );
  expect(committed?.[1]).toBeGreaterThan(commits);
  expect(Object.keys(found).length).toBeGreaterThan(20);
}

/** Prints the file in its first word into the one in its second, evenly, for so many seconds. */
const WRITER = `
const { appendFileSync, readFileSync } = require('node:fs');
const [from, to, seconds] = process.argv.slice(1);
const bytes = readFileSync(from);
const size = Math.ceil(bytes.length / (seconds * 50));
let at = 0;
const timer = setInterval(() => {
  appendFileSync(to, bytes.subarray(at, (at += size)));
  if (at >= bytes.length) clearInterval(timer);
}, 20);
`;

describe('a log that is followed while a process writes it', () => {
  it.each(['relab-hotstuff/hs1', 'flow-go/node-0'])(
    'of %s is counted as its replay',
    async (name) => {
      const { node, validators } = nodeLogHeader(name);
      const path = join(folder, 'node.log');
      const followed = { adapter: name.split('/')[0]!, path, validator: node, validators };
      const whole = join(folder, 'captured');
      writeFileSync(whole, nodeLogBytes(name));
      const page = await follow(followed);
      const writer = new Child(process.execPath, ['-e', WRITER, whole, path, String(seconds)]);
      children.push(writer);
      expect(await writer.exited).toBe(0);
      await expectSame(page, followed, 50);
    },
    (seconds + 90) * 1000,
  );
});

const hasCargo = spawnSync('cargo', ['--version']).error === undefined;

describe.skipIf(!hasCargo)('a node that writes its log (needs cargo)', () => {
  it(
    'is counted while it runs as by a replay of what it printed',
    async (context) => {
      const driver = join(folder, 'driver');
      cpSync(join(import.meta.dirname, '../fixtures/logs/hotstuff-rs/driver'), driver, { recursive: true });
      // Where no crate can be had there is no node to run, and the captured logs above stand for it.
      if (spawnSync('cargo', ['fetch', '--quiet'], { cwd: driver }).status !== 0)
        return void context.annotate('no crates can be fetched here: only captured logs were followed');
      const target = process.env['CARGO_TARGET_DIR'] ?? join(folder, 'target');
      const built = spawnSync('cargo', ['build', '--release', '--quiet', '--target-dir', target], {
        cwd: driver,
        encoding: 'utf8',
      });
      expect(built.status, built.stderr).toBe(0);

      const out = join(folder, 'out');
      mkdirSync(out);
      const path = join(out, 'node-0.log');
      const node = new Child(join(target, 'release/capture-hotstuff-rs'), [out, String(seconds)]);
      children.push(node);
      const [, turns] = await node.printed(/^([0-9a-f,]+)$/m);
      // The log shortens a key to the beginning of its base64.
      const validators = turns!.split(',').map((id) => Buffer.from(id, 'hex').toString('base64').slice(0, 7));
      const followed = { adapter: 'hotstuff-rs', path, validator: validators[0]!, validators };
      const page = await follow(followed);
      // It counts while the node is running, and not only when it has ended.
      await eventually(
        async () =>
          Object.entries(await onPage(page)).some(
            ([name, value]) => name.startsWith('hotstuff_consensus_view_changes_total') && value > 0,
          ) || undefined,
        20_000,
        'a view while the node runs',
      );
      expect(node.process.exitCode).toBe(null);
      expect(await node.exited, node.output).toBe(0);
      await expectSame(page, followed, 0);
    },
    (seconds + 300) * 1000,
  );
});
