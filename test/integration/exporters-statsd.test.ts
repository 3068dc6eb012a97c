/** A real StatsD daemon counts what the page counts, asked over its management port. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Child, eventually } from '../support/child.js';
import { freePort } from '../support/database.js';
import { startExporting } from './exporting.js';

const daemon = join(import.meta.dirname, '../../node_modules/statsd/stats.js');

describe.skipIf(!existsSync(daemon))('a StatsD daemon (skipped without the npm package `statsd`)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'quorumscope-statsd-'));
  let child: Child;
  let port = 0;
  let management = 0;

  beforeAll(async () => {
    [port, management] = [await freePort(), await freePort()];
    const config = join(folder, 'config.cjs');
    const text = `{port: ${port}, address: '127.0.0.1', mgmt_address: '127.0.0.1', mgmt_port: ${management},
      title: false, flushInterval: 3600000, backends: []}`;
    writeFileSync(config, text);
    child = new Child(process.execPath, [daemon, config]);
    await eventually(
      async () => ((await ask('health')).includes('up') ? true : undefined),
      20_000,
      'statsd up',
    );
  });
  afterAll(async () => {
    await child?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('says what the page says', async () => {
    const { sidecar, page, stop } = await startExporting({
      one: { kind: 'statsd', address: `127.0.0.1:${port}`, interval: '1h', include: ['hotstuff_*'] },
    });
    try {
      const samples = await page();
      await sidecar.flush();
      // A second push says nothing again that only grows.
      await sidecar.flush();
      const committed = samples.filter(({ name }) => name === 'hotstuff_consensus_blocks_committed_total');
      expect(committed.length).toBeGreaterThan(1);
      const counters = await eventually(
        async () => {
          const found = parse(await ask('counters'));
          return found.size > 0 ? found : undefined;
        },
        10_000,
        'counters',
      );
      const total = (from: Iterable<number>): number => [...from].reduce((a, b) => a + b, 0);
      const named = [...counters].filter(([name]) =>
        name.startsWith('hotstuff_consensus_blocks_committed_total.'),
      );
      expect(total(named.map(([, value]) => value))).toBe(total(committed.map(({ value }) => value)));
      const gauges = parse(await ask('gauges'));
      const views = [...gauges].filter(([name]) => name.startsWith('hotstuff_consensus_current_view.'));
      expect(views.map(([, value]) => value)).toEqual([8, 8]);
    } finally {
      await stop();
    }
  });

  /** One command of the management port. */
  function ask(command: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let answer = '';
      const socket = connect(management, '127.0.0.1', () => socket.write(`${command}\n`));
      socket.setEncoding('utf8').on('data', (text: string) => {
        answer += text;
        if (command === 'health' || answer.includes('END')) socket.end();
      });
      socket.on('error', reject);
      socket.on('close', () => resolve(answer));
    });
  }
});

/** `{ 'name': 1, ... }` as the daemon prints objects. */
function parse(answer: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const [, quoted, bare, value] of answer.matchAll(/(?:'([^']+)'|([\w$]+)): (-?[\d.e+-]+)/g))
    found.set(quoted ?? bare ?? '', Number(value));
  return found;
}
