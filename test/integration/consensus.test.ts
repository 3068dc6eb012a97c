/**
 * The built package beside a network in trouble: a running sidecar names the culprit of a failed view, its evidence is
 * there after a restart, and what it froze can be replayed.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Child, eventually } from '../support/child.js';

const folder = mkdtempSync(join(tmpdir(), 'quorumscope-consensus-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Verdicts {
  readonly verdicts: readonly { view: number; cause: string; culprits: readonly { name: string }[] }[];
}
interface Evidence {
  readonly evidence: readonly { id: string; kind: string; validators: readonly { name: string }[] }[];
}

async function get<T>(address: string, path: string): Promise<T> {
  const response = await fetch(`${address}/api/quorumscope/v1/${path}`);
  expect(response.status, path).toBe(200);
  return (await response.json()) as T;
}

async function start(socket: string, data: string): Promise<{ sidecar: Child; address: string }> {
  const sidecar = Child.cli(['run', '--listen', '127.0.0.1:0', '--socket', socket, '--data', data]);
  const [, address] = await sidecar.printed(/(http:\/\/127\.0\.0\.1:\d+)\/metrics/);
  return { sidecar, address: address! };
}

describe('a sidecar beside a network in trouble', () => {
  it('names who crashed, keeps the incident, and what it froze replays to the same', async () => {
    const socket = `unix://${join(folder, 'crash.sock')}`;
    const data = join(folder, 'crash');
    const { sidecar, address } = await start(socket, data);
    const simulator = Child.cli([
      ...['simulate', '--speed', 'realtime', '--delay', '5ms', '--timeout', '200ms', '--attach', socket],
      ...['--crash', 'v2@2s'],
    ]);
    const failed = await eventually(
      async () => {
        const { verdicts } = await get<Verdicts>(address, 'verdicts?outcome=failed&cause=leader_silent');
        return verdicts.length >= 3 ? verdicts : undefined;
      },
      30_000,
      'three views without a leader',
    );
    const { view, culprits } = failed[0]!;
    expect(culprits).toMatchObject([{ name: 'validator-2' }]);

    const explained = Child.cli(['explain', String(view), '--url', address]);
    expect(await explained.exited, explained.output).toBe(0);
    expect(explained.output).toContain(`View ${view} of simulated failed: leader silent, validator-2`);
    expect((await fetch(`${address}/api/quorumscope/v1/verdicts?cause=luck`)).status).toBe(400);

    expect(await simulator.stop()).toBe(0);
    expect(await sidecar.stop(), sidecar.output).toBe(0);

    const [incident] = readdirSync(join(data, 'incidents')).filter((name) => name.startsWith('incident-'));
    const file = join(data, 'incidents', incident!, 'events.ndjson.gz');
    const replayed = Child.cli(['replay', file, '--fail-on', 'leader_silent']);
    expect(await replayed.exited, replayed.output).toBe(1);
    expect(replayed.output).toContain('leader_silent, validator-2');
  });

  it('has its evidence after a restart, once', async () => {
    const socket = `unix://${join(folder, 'votes.sock')}`;
    const data = join(folder, 'votes');
    const first = await start(socket, data);
    const simulator = Child.cli([
      ...['simulate', '--speed', 'realtime', '--delay', '5ms', '--attach', socket],
      ...['--fault', 'byzantine validator=v1 behaviour=double_vote at=1s for=1s'],
    ]);
    const found = await eventually(
      async () => {
        const { evidence } = await get<Evidence>(first.address, 'evidence?kind=double_vote&limit=1000');
        return evidence.at(-1);
      },
      30_000,
      'a double vote',
    );
    // What was found first is in the first write.
    await eventually(
      async () => {
        const page = await (await fetch(`${first.address}/metrics`)).text();
        return (
          /^quorumscope_journal_written_bytes_total\{journal="evidence"\} [1-9]/m.exec(page) ?? undefined
        );
      },
      10_000,
      'evidence on disk',
    );
    expect(found.validators).toMatchObject([{ name: 'validator-1' }]);
    expect(await simulator.stop(), simulator.output).toBe(0);
    await first.sidecar.stop('SIGKILL');

    const second = await start(socket, data);
    const { evidence } = await get<Evidence>(second.address, 'evidence?limit=1000');
    expect(evidence.filter(({ id }) => id === found.id)).toHaveLength(1);
    expect(await second.sidecar.stop()).toBe(0);
  });
});
