/**
 * The built sidecar, killed while it follows a log and started again: it goes on behind the last line that was kept as
 * read, through rotation meanwhile, so that no line is lost; after an orderly end none is read twice either.
 */
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Child, eventually } from '../support/child.js';
import { nodeLogBytes, nodeLogHeader } from '../support/node-logs.js';

const log = nodeLogBytes('relab-hotstuff/hs1');
const { node, validators } = nodeLogHeader('relab-hotstuff/hs1');

let folder: string;
let path: string;
let sidecar: Child;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quorumscope-log-restarts-'));
  path = join(folder, 'node.log');
  const settings = {
    kind: 'file',
    path,
    from: 'begin',
    adapter: 'relab-hotstuff',
    validator: node,
    validators,
  };
  writeFileSync(
    join(folder, 'quorumscope.yaml'),
    JSON.stringify({
      profile: 'exporter',
      data: { dir: join(folder, 'data') },
      attach: { socket: null, logs: { node: { ...settings, chain: 'c', node: 'n' } } },
    }),
  );
});
afterEach(async () => {
  await sidecar.stop('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

interface Running {
  /** Lines counted since this start, of any outcome. */
  lines(): Promise<number>;
  /** What the page says of one metric. */
  value(name: string): Promise<number>;
}

async function start(): Promise<Running> {
  const words = ['run', '--config', join(folder, 'quorumscope.yaml'), '--listen', '127.0.0.1:0'];
  sidecar = Child.cli(words);
  const [, address] = await sidecar.printed(/(http:\/\/127\.0\.0\.1:\d+)/);
  const value = async (name: string): Promise<number> => {
    const text = await (await fetch(`${address}/metrics`)).text();
    const found = [...text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'gm'))];
    return found.reduce((sum, [, one]) => sum + Number(one), 0);
  };
  return { value, lines: () => value('quorumscope_adapter_lines_total') };
}

const reads = ({ lines }: Running, expected: number): Promise<number> =>
  eventually(
    async () => {
      const found = await lines();
      return found >= expected ? found : undefined;
    },
    20_000,
    `${expected} lines`,
  );

const keptIn = (): string => join(folder, 'data/logs/node.json');

/** What is kept of the log; empty while nothing is. */
const kept = (): string => (existsSync(keptIn()) ? readFileSync(keptIn(), 'utf8') : '');

const offsetKept = (): number => (JSON.parse(kept()) as { place: { offset: number } }).place.offset;

const linesOf = (bytes: Buffer): number => bytes.toString('latin1').split('\n').length - 1;

/** Where the line ends in which byte `at` is. */
const behindLine = (at: number): number => log.indexOf('\n', at) + 1;

it('reads no line twice and loses none over an orderly end, also in the middle of a line', async () => {
  const cut = behindLine(100_000) + 20;
  writeFileSync(path, log.subarray(0, cut));
  const first = await start();
  await reads(first, linesOf(log.subarray(0, cut)));
  expect(await sidecar.stop()).toBe(0);
  expect(offsetKept()).toBe(cut - 20);

  appendFileSync(path, log.subarray(cut, behindLine(200_000)));
  renameSync(path, `${path}.1`);
  writeFileSync(path, log.subarray(behindLine(200_000)));
  const second = await start();
  const rest = linesOf(log.subarray(cut - 20));
  expect(await reads(second, rest)).toBe(rest);
  expect(await second.value('quorumscope_log_gaps_total')).toBe(0);
});

it('loses no line to a kill, and reads again only what was not kept as read', async () => {
  // The program writes on through all of it, a sixth for each life, and goes on to a new file after half.
  const size = 1_000;
  let at = 0;
  let inOld = 0;
  let limit = 0;
  const writing = setInterval(() => {
    const isHalf = inOld === 0 && at > log.length / 2;
    const end = isHalf ? behindLine(at) : Math.min(limit, at + size);
    appendFileSync(path, log.subarray(at, end));
    at = end;
    if (isHalf) {
      renameSync(path, `${path}.1`);
      inOld = at;
    }
  }, 25);
  try {
    for (let kills = 0; kills < 5; kills++) {
      const before = kept();
      limit = Math.ceil((log.length * (kills + 1)) / 6);
      await reads(await start(), 50);
      await eventually(() => (kept() === before ? undefined : true), 20_000, 'more kept as read');
      await sidecar.stop('SIGKILL');
    }
    limit = log.length;
    await eventually(() => (at >= log.length ? true : undefined), 60_000, 'the whole log');
  } finally {
    clearInterval(writing);
  }
  const { place } = JSON.parse(kept()) as { place: { offset: number; identity: string } };
  const { dev, ino } = statSync(path);
  const from = (place.identity === `${dev}:${ino}` ? inOld : 0) + place.offset;
  expect(from).toBeGreaterThan(0);
  const last = await start();
  const rest = linesOf(log.subarray(from));
  expect(await reads(last, rest)).toBe(rest);
  expect(await last.value('quorumscope_log_gaps_total')).toBe(0);
});

it('counts a gap where what it had not read is gone, and goes on with what there is', async () => {
  const cut = behindLine(100_000);
  writeFileSync(path, log.subarray(0, cut));
  await start();
  await eventually(() => (offsetKept() === cut ? true : undefined), 20_000, 'all of it kept as read');
  await sidecar.stop('SIGKILL');
  rmSync(path);
  writeFileSync(path, log.subarray(behindLine(200_000)));
  const second = await start();
  const rest = linesOf(log.subarray(behindLine(200_000)));
  expect(await reads(second, rest)).toBe(rest);
  expect(await second.value('quorumscope_log_gaps_total')).toBe(1);
});
