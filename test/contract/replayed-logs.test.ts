/**
 * What the sidecar concludes from the kept logs of real programs: nothing that the program did not do. Two of them did
 * something, and it is found.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loadAdapter } from '../../src/attach/logs/shipped.js';
import { translatingDoor } from '../../src/attach/logs/translating-feed.js';
import { LogTranslator } from '../../src/attach/logs/translator.js';
import { replayFile } from '../../src/attach/replay.js';
import { StreamClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import { parseConfig } from '../../src/config/parse.js';
import { createSidecar } from '../../src/sidecar.js';
import { nodeLogBytes, nodeLogHeader, nodeLogs } from '../support/node-logs.js';

/** By what each program itself reports of the run that was logged. */
const done: Readonly<Record<string, readonly string[]>> = {
  // After a failed round it commits several blocks at once, the youngest first.
  'asonnino-hotstuff/node-0': ['height_regression'],
  // A leader goes back a view to collect newviews.
  'edgedlt-hotstuff2/node-0': ['view_regression'],
  // Restarted, it commits from height 1 again.
  'edgedlt-hotstuff2/node-2': ['conflicting_commit'],
};

const folder = mkdtempSync(join(tmpdir(), 'quorumscope-replayed-'));
afterAll(() => rmSync(folder, { recursive: true }));

it.each(nodeLogs())('of %s concludes what the program did', async (name) => {
  const { node, validators } = nodeLogHeader(name);
  const path = join(folder, `${name.replace('/', '-')}.log`);
  writeFileSync(path, nodeLogBytes(name));
  const clock = new StreamClock();
  const environment = { QUORUMSCOPE_ATTACH_SOCKET: 'null' };
  const sidecar = createSidecar(parseConfig({ environment }), { clock, logger: silentLogger, serve: false });
  await sidecar.start();
  const facts = { chain: 'c', node: 'n', validator: node, validators };
  const translator = new LogTranslator(loadAdapter(name.split('/')[0]!), facts);
  await replayFile(path, translatingDoor(sidecar.openLossless, translator));
  clock.advance('end', clock.nowUs() + 60_000_000);

  const answer = sidecar.consensus.evidence(new URLSearchParams({ limit: '1000' }));
  const { evidence } = (answer as { document: { evidence: readonly { kind: string }[] } }).document;
  expect([...new Set(evidence.map(({ kind }) => kind))]).toEqual(done[name] ?? []);
  await sidecar.stop();
});
