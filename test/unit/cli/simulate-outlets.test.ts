/** The events file of a simulation holds what the encoder writes, byte for byte, whatever the node's name. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LineFile, Outlets } from '../../../src/cli/simulate-outlets.js';
import { encodeEvent } from '../../../src/events/encode.js';
import type { StreamEvent } from '../../../src/events/vocabulary.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quorumscope-outlets-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it.each(['node-1', 'n', 'a node with spaces', 'nœud "1"'])('of %j', async (node) => {
  const path = join(folder, 'events.ndjson');
  const outlets = new Outlets(undefined, new LineFile(path));
  let nowUs = 0;
  const hooks = outlets.hooksFor({
    index: 1,
    node,
    chain: 'simulated',
    protocol: 'hotstuff2-chained',
    validators: [{ id: 'validator-1', power: 1 }],
    validator: 'validator-1',
    viewTimeoutUs: 1_000,
    software: 'test',
    life: 1,
    run: 'r',
    clock: { nowUs: () => 1_735_689_600_000_000 + nowUs, monoUs: () => nowUs },
  });
  const expected: string[] = [];
  // Enough for several chunks, with a text that is not plain and a list that is long.
  for (let seq = 0; seq < 3_000; seq += 4) {
    // Several lines of an instant, the first of which may be one that is not plain.
    nowUs += seq % 12 === 0 ? 1_000 : 0;
    const envelope = { node, ts_us: 1_735_689_600_000_000 + nowUs, mono_us: nowUs };
    const proposal = { view: seq, block: `b${seq}`, detail: seq % 60 === 0 ? 'naïve "\u0001"' : 'plain' };
    const signers = Array.from({ length: seq % 300 }, (_, i) => `validator-${i}`);
    const certificate = { view: seq, vote: 'vote1', block: 'b', height: 1, signers, validator: 'v' } as const;
    hooks.consensus.proposalRejected({ ...proposal, validator: proposal.detail, reason: 'below_lock' });
    hooks.consensus.qcReceived(certificate);
    hooks.consensus.qcReceived(certificate);
    hooks.consensus.qcReceived({ ...certificate, view: 0 });
    const rejected = { view: seq, validator: proposal.detail, reason: 'below_lock', block: proposal.block };
    const lines = [
      { type: 'consensus.proposal_rejected', ...envelope, seq, ...rejected },
      { type: 'consensus.qc_received', ...envelope, seq: seq + 1, ...certificate },
      { type: 'consensus.qc_received', ...envelope, seq: seq + 2, ...certificate },
      { type: 'consensus.qc_received', ...envelope, seq: seq + 3, ...certificate, view: 0 },
    ] as unknown as StreamEvent[];
    expected.push(...lines.map(encodeEvent));
  }
  await outlets.close();
  const [hello, ...written] = readFileSync(path, 'utf8').trimEnd().split('\n');
  expect(JSON.parse(hello!)).toMatchObject({ type: 'hello', node });
  expect(written).toEqual(expected);
});
