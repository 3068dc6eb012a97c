/**
 * A log that is followed while it grows means what the finished file means: the same counters, whatever becomes of
 * the file meanwhile. `FOLLOW_SECONDS=60` lets it grow for that long; the gate has two.
 */
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadAdapter } from '../../src/attach/logs/shipped.js';
import { translatingDoor } from '../../src/attach/logs/translating-feed.js';
import { LogTranslator } from '../../src/attach/logs/translator.js';
import { replayFile } from '../../src/attach/replay.js';
import { StreamClock, WallClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import { boardDocument } from '../../src/cli/board-document.js';
import { readConfigFile } from '../../src/config/file.js';
import { parseConfig } from '../../src/config/parse.js';
import type { Config } from '../../src/config/sections.js';
import { createSidecar, type Sidecar } from '../../src/sidecar.js';
import { eventually } from '../support/child.js';
import { nodeLogBytes, nodeLogHeader } from '../support/node-logs.js';

const seconds = Number(process.env['FOLLOW_SECONDS'] ?? 2);
const STEP_MS = 20;

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'quorumscope-followed-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function configured(more: string): Config {
  const path = join(folder, 'quorumscope.yaml');
  writeFileSync(path, `server: { listen: '127.0.0.1:0' }\nattach:\n  socket: null\n${more}`);
  return parseConfig({ file: readConfigFile(path) });
}

/** What the events alone decide: counters of the chain, and how often durations were observed. */
function counted(sidecar: Sidecar): Record<string, number> {
  const all: Record<string, number> = {};
  for (const { name, kind, series } of boardDocument(sidecar.board.snapshot())) {
    if (!name.startsWith('hotstuff_') || (kind !== 'counter' && kind !== 'histogram')) continue;
    for (const one of series)
      all[`${name}${JSON.stringify(one.labels)}`] = Number(kind === 'counter' ? one['value'] : one['count']);
  }
  return all;
}

async function replayed(name: string, bytes: Buffer): Promise<Record<string, number>> {
  const path = join(folder, 'finished.log');
  writeFileSync(path, bytes);
  const { node, validators } = nodeLogHeader(name);
  const facts = { chain: 'c', node: 'n', validator: node, validators };
  const clock = new StreamClock();
  const sidecar = createSidecar(configured(''), {
    clock,
    logger: silentLogger,
    serve: false,
  });
  await sidecar.start();
  const translator = new LogTranslator(loadAdapter(name.split('/')[0]!), facts);
  await replayFile(path, translatingDoor(sidecar.openLossless, translator));
  // The last views wait for late votes.
  clock.advance('end', clock.nowUs() + 60_000_000);
  const found = counted(sidecar);
  await sidecar.stop();
  return found;
}

/**
 * Writes `bytes` in pieces that end anywhere. Where `rotates` says so, a line is ended first: a program that is told
 * to reopen goes on in the new file with a line of its own.
 */
async function grow(path: string, bytes: Buffer, rotates: (step: number) => boolean): Promise<number> {
  const steps = Math.ceil((seconds * 1000) / STEP_MS);
  const size = Math.ceil(bytes.length / steps);
  let rotations = 0;
  for (let step = 0, at = 0; at < bytes.length; step++) {
    const end = rotates(step) ? bytes.indexOf('\n', at + size) + 1 || bytes.length : at + size;
    appendFileSync(path, bytes.subarray(at, end));
    at = end;
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
    if (rotates(step)) renameSync(path, `${path}.${++rotations}`);
  }
  return rotations;
}

describe.each(['relab-hotstuff/hs1', 'hotmint/v0'])('the log of %s, followed while it grows', (name) => {
  it(
    'means what the finished file means, also when it is rotated',
    async () => {
      const bytes = nodeLogBytes(name);
      const { node, validators } = nodeLogHeader(name);
      const path = join(folder, 'node.log');
      const log = {
        kind: 'file',
        path,
        adapter: name.split('/')[0],
        chain: 'c',
        node: 'n',
        validator: node,
        validators,
      };
      const sidecar = createSidecar(
        configured(`  logs: ${JSON.stringify({ l: { ...log, from: 'begin' } })}\n`),
        {
          clock: new WallClock(),
          logger: silentLogger,
        },
      );
      await sidecar.start();
      const rotations = await grow(path, bytes, (step) => step % 40 === 25);
      const expected = await replayed(name, bytes);
      await eventually(
        () => (isDeepStrictEqual(counted(sidecar), expected) ? true : undefined),
        20_000,
        'the counters of the finished file',
      ).catch(() => undefined);
      const followed = counted(sidecar);
      await sidecar.stop();
      const commits = Object.entries(expected).find(([key]) => key.includes('blocks_committed_total'));
      expect(commits?.[1]).toBeGreaterThan(50);
      expect(followed).toEqual(expected);
      expect(rotations).toBeGreaterThan(0);
    },
    (seconds + 60) * 1000,
  );
});
