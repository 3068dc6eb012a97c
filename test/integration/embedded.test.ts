/** An embedded sidecar as a node's author meets it: settings in effect, failures contained, a clean end. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type * as index from '../../src/index.js';
import { eventually } from '../support/child.js';

// What users install: a worker thread is started from a file of the built package.
const { embed, parseConfig } = (await import(
  join(import.meta.dirname, '../../dist/src/index.js')
)) as typeof index;

const configured = (more: Record<string, string>) =>
  parseConfig({
    environment: { QUORUMSCOPE_SERVER_LISTEN: '127.0.0.1:0', QUORUMSCOPE_ATTACH_SOCKET: 'null', ...more },
  });

describe('an embedded sidecar', () => {
  let embedded: index.Embedded | undefined;

  afterEach(async () => {
    await embedded?.stop();
    embedded = undefined;
  });

  const start = async (more: Record<string, string> = {}): Promise<index.Embedded> =>
    (embedded = await embed({ node: 'v0', chain: 'main', config: configured(more) }));

  const page = async (): Promise<string> => (await fetch(`${embedded!.addresses.http!}/metrics`)).text();
  const value = (text: string, name: string): number =>
    Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
  const shown = (name: string, expected: (value: number) => boolean): Promise<number> =>
    eventually(
      async () => {
        const found = value(await page(), name);
        return expected(found) ? found : undefined;
      },
      10_000,
      name,
    );

  /** The page as another process sees it while this thread, which is the node's, does nothing but wait. */
  const pageWhileBlocked = (until = /./): string => {
    const script = `
      const until = ${String(until)};
      for (;;) {
        const page = await (await fetch(process.argv[1])).text();
        if (until.test(page)) { process.stdout.write(page); break; }
        await new Promise((resolve) => setTimeout(resolve, 20));
      }`;
    const url = `${embedded!.addresses.http!}/metrics`;
    const args = ['--input-type=module', '-e', script, url];
    return execFileSync(process.execPath, args, { encoding: 'utf8', timeout: 3_000, maxBuffer: 1 << 26 });
  };

  it('answers while the node is busy, because it lives in a thread of its own', async () => {
    await start();
    embedded!.hooks.consensus.viewEntered({ view: 5, trigger: 'start', leader: 'v0' });
    await shown('hotstuff_consensus_current_view', (view) => view === 5);

    expect(pageWhileBlocked()).toContain('hotstuff_consensus_current_view');
  });

  it('lives in the same thread when asked to, and cannot answer while the node is busy', async () => {
    await start({ QUORUMSCOPE_HOOKS_THREAD: 'same' });
    embedded!.hooks.consensus.viewEntered({ view: 5, trigger: 'start', leader: 'v0' });
    await shown('hotstuff_consensus_current_view', (view) => view === 5);

    expect(pageWhileBlocked).toThrow(/ETIMEDOUT/);
  });

  it('samples what may be sampled, and the counters still tell how many there were', async () => {
    await start({ QUORUMSCOPE_HOOKS_SAMPLING_RATE: '0.1' });
    const { hooks } = embedded!;
    for (let i = 0; i < 10_000; i++) {
      hooks.network.messageSent({ message: 'vote1', bytes: 100 });
      if (i % 100 === 0) hooks.consensus.voteSent({ view: i, vote: 'vote1', block: '0x1' });
    }

    // Each kept event stands for ten; all of them arrive, batch by batch.
    const kept = hooks.stats().emitted.network;
    expect(Math.abs(kept * 10 - 10_000)).toBeLessThan(600);
    await shown('hotstuff_network_messages_sent_total', (count) => Math.round(count) === kept * 10);
    expect(hooks.stats().emitted.consensus).toBe(100);
    await shown('hotstuff_consensus_votes_sent_total', (count) => count === 100);
  });

  it.each([
    ['1', 50],
    ['20', 40],
  ])(
    'hands events over in batches of %s, without waiting for the node to yield',
    async (batchSize, expected) => {
      await start({ QUORUMSCOPE_HOOKS_BATCH_SIZE: batchSize });
      const { hooks } = embedded!;
      hooks.consensus.viewEntered({ view: 0, trigger: 'start', leader: 'v0' });
      await shown('hotstuff_consensus_current_view', (view) => view === 0);

      for (let view = 1; view <= 50; view++)
        hooks.consensus.viewEntered({ view, trigger: 'qc', leader: 'v0' });

      const seen = pageWhileBlocked(/^hotstuff_consensus_current_view\{[^}]*\} (?!0$)/m);
      expect(value(seen, 'hotstuff_consensus_current_view')).toBe(expected);
    },
  );

  it('says what kept it from starting', async () => {
    await start();
    const taken = new URL(embedded!.addresses.http!).host;

    await expect(
      embed({ node: 'v1', chain: 'main', config: configured({ QUORUMSCOPE_SERVER_LISTEN: taken }) }),
    ).rejects.toThrow(taken);
  });

  it('delivers what it was told before it stops', async () => {
    await start();
    const { hooks } = embedded!;
    for (let view = 1; view <= 1_000; view++)
      hooks.consensus.viewEntered({ view, trigger: 'qc', leader: 'v0' });
    await embedded!.stop();

    expect(hooks.stats().emitted.consensus).toBe(1_000);
    expect(hooks.stats().dropped.consensus).toBe(0);
    expect(embedded!.failed).toBeUndefined();
  });
});
