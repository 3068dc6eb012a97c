/** Commands as processes: they stop when told, in time, with nothing left behind. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { SidecarStatus } from '../../src/status.js';
import { Child, eventually } from '../support/child.js';

const folder = mkdtempSync(join(tmpdir(), 'quorumscope-commands-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('run', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'ends with 0 within 5 s of %s, events still coming',
    async (signal) => {
      const socket = `unix://${join(folder, `${signal}.sock`)}`;
      const sidecar = Child.cli(['run', '--listen', '127.0.0.1:0', '--socket', socket]);
      const [, address] = await sidecar.printed(/(http:\/\/127\.0\.0\.1:\d+)\/metrics/);
      const simulator = Child.cli(['simulate', '--speed', 'realtime', '--delay', '1ms', '--attach', socket]);
      const status = async (): Promise<SidecarStatus> =>
        (await fetch(`${address}/api/quorumscope/v1/status`)).json() as Promise<SidecarStatus>;
      await eventually(
        async () => ((await status()).chains[0]?.nodes.length === 4 ? true : undefined),
        20_000,
        'four attached nodes',
      );
      const begun = Date.now();
      expect(await sidecar.stop(signal), sidecar.output).toBe(0);
      expect(Date.now() - begun).toBeLessThan(5_000);
      expect(sidecar.output).toContain('stopped');
      expect(await simulator.stop()).toBe(0);
    },
  );

  it('does not start on a taken address, and says which', async () => {
    const socket = (name: string) => ['--socket', `unix://${join(folder, name)}`];
    const first = Child.cli(['run', '--listen', '127.0.0.1:0', ...socket('first.sock')]);
    const [, address] = await first.printed(/http:\/\/(127\.0\.0\.1:\d+)\/metrics/);
    const second = Child.cli(['run', '--listen', address!, ...socket('second.sock')]);
    expect(await second.exited).toBe(2);
    expect(second.output).toContain(`cannot serve HTTP on ${address}: another process already listens there`);
    const status = Child.cli(['status', '--url', `http://${address}`]);
    expect(await status.exited, status.output).toBe(0);
    expect(status.output).toContain('No node has been heard yet');
    expect(await first.stop()).toBe(0);
  });
});

describe('demo', () => {
  it('in a pipe tells what happens, crashes a validator, notices it, and leaves nothing behind', async () => {
    const demo = Child.cli(['demo', '--listen', '127.0.0.1:0'], { TMPDIR: folder });
    await demo.printed(/sidecar 4 nodes are attached/);
    await demo.printed(/sidecar first commits, height \d+/);
    const [crash] = await demo.printed(/^ *[\d.]+ s +truth +validator-2 crashed$/m);
    await demo.printed(/sidecar validator-2 is silent/);
    expect(crash).not.toContain('\x1b');
    expect(await demo.stop('SIGINT'), demo.output).toBe(0);

    expect(demo.output).not.toMatch(/\x1b/);
    expect(demo.output.slice(0, demo.output.indexOf('is silent'))).not.toMatch(/validator-[013] is silent/);
    expect(readdirSync(folder).filter((name) => name.startsWith('quorumscope-demo-'))).toEqual([]);
  });
});

describe('simulate', () => {
  it('ends when whoever controls it goes away', async () => {
    const simulator = Child.cli(['simulate', '--speed', 'realtime', '--control']);
    simulator.process.stdin!.write('crash v1\n');
    await simulator.printed(/"fault":"crash","validator":"validator-1","phase":"begin"/);
    simulator.process.stdin!.end();
    expect(await simulator.exited, simulator.output).toBe(0);
  });
});
