/**
 * A node beside a sidecar that stops: the process is really stopped, the kernel's buffer fills, the
 * outbox fills, and the node must not notice. What it dropped arrives, counted, when the sidecar is back.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHooks, ship, type Shipping } from '../../src/hooks.js';

interface Seen {
  readonly received: number;
  readonly admitted: number;
  readonly gaps: number;
  readonly hellos: number;
  readonly bad: number;
}

interface Timing {
  /** Mean of all calls, nanoseconds. */
  readonly meanNs: number;
  readonly p999Ns: number;
}

const EVENTS_PER_SECOND = 20_000;
const vote = { vote: 'vote1', block: 'b'.repeat(64), validator: 'validator-3' } as const;

let folder: string;
let child: ChildProcess;
let output: Interface;
let path: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'quorumscope-stall-'));
  path = join(folder, 'events.sock');
  child = spawn(process.execPath, [join(import.meta.dirname, 'line-counter.mjs'), path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  output = createInterface({ input: child.stdout! });
  await once(output, 'line');
});

afterEach(() => {
  child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** States events at a steady rate for `seconds`, and times every call. */
async function produce(state: (view: number) => void, seconds: number): Promise<Timing> {
  const total = EVENTS_PER_SECOND * seconds;
  const times = new Float64Array(total);
  const startMs = performance.now();
  for (let done = 0; done < total;) {
    const due = Math.min(total, Math.ceil(((performance.now() - startMs) / 1000) * EVENTS_PER_SECOND));
    for (; done < due; done++) {
      const before = performance.now();
      state(done);
      times[done] = (performance.now() - before) * 1e6;
    }
    await sleep(1);
  }
  const meanNs = times.reduce((sum, ns) => sum + ns, 0) / total;
  return { meanNs, p999Ns: times.sort()[Math.floor(total * 0.999)]! };
}

async function connected(shipping: Shipping): Promise<void> {
  while (!shipping.stats().connected) await sleep(5);
}

describe('a node beside a stopped sidecar', () => {
  it('loses no time, drops what finds no room, and says exactly how much', async () => {
    const hooks = createHooks({ node: 'n', chain: 'c' });
    const shipping = ship(hooks, { address: `unix://${path}`, maxBufferBytes: 1024 * 1024 });
    await connected(shipping);
    const state = (view: number): void => hooks.consensus.voteReceived({ ...vote, view });
    await produce(state, 1);
    const reading = await produce(state, 2);
    expect(hooks.stats().dropped.consensus).toBe(0);

    child.kill('SIGSTOP');
    const stalled = await produce(state, 5);
    const { dropped } = hooks.stats();
    expect(dropped.consensus, 'the stall is long enough to matter').toBeGreaterThan(50_000);
    expect(shipping.stats().bufferedBytes).toBeLessThanOrEqual(1024 * 1024);
    // Generous: other processes share these cores. Waiting for the sidecar would be a factor of thousands.
    expect(stalled.meanNs).toBeLessThan(4 * reading.meanNs + 2_000);
    expect(stalled.p999Ns).toBeLessThan(4 * reading.p999Ns + 500_000);

    child.kill('SIGCONT');
    await produce(state, 1);
    while (shipping.stats().bufferedBytes > 0) await sleep(10);
    const emitted = hooks.stats().emitted.consensus;
    const lost = hooks.stats().dropped.consensus;
    const line = once(output, 'line');
    await shipping.close();
    const seen = JSON.parse(String((await line)[0])) as Seen;
    expect(seen).toMatchObject({ received: emitted - lost, admitted: lost, gaps: lost, hellos: 1, bad: 0 });
  });

  it('exits when its own work is done, even with a write stuck in the kernel', async () => {
    const node = spawn(
      process.execPath,
      ['--import', 'tsx', join(import.meta.dirname, 'short-lived-node.mjs'), `unix://${path}`],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await once(createInterface({ input: node.stdout }), 'line');
    child.kill('SIGSTOP');
    const [code] = (await once(node, 'exit')) as [number];
    child.kill('SIGCONT');
    expect(code).toBe(0);
  });
});
