/** The README's examples, run as printed against a sidecar. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Child, eventually } from '../support/child.js';

const root = join(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** The code block that follows `<!-- name -->`. */
function printed(name: string): string {
  const [, code] = new RegExp(`<!-- ${name} -->\\s*\`\`\`\\w+\\n([^]*?)\`\`\``).exec(readme) ?? [];
  if (code === undefined) throw new Error(`README has no block ${name}`);
  return code;
}

describe('README', () => {
  const folder = mkdtempSync(join(tmpdir(), 'quorumscope-readme-'));
  // Inside the package, so that `quorumscope/hooks` resolves as it does for a user.
  const program = mkdtempSync(join(root, 'dist', 'readme-'));
  const socketPath = join(folder, 'events.sock');
  let sidecar: Child;
  let page: () => Promise<string>;

  beforeAll(async () => {
    sidecar = Child.cli(['run', '--listen', '127.0.0.1:0', '--socket', `unix://${socketPath}`]);
    const [url] = await sidecar.printed(/http:\/\/127\.0\.0\.1:\d+\/metrics/);
    page = async () => (await fetch(url)).text();
  });

  afterAll(async () => {
    await sidecar?.stop();
    for (const path of [folder, program]) rmSync(path, { recursive: true, force: true });
  });

  it('says so while nothing is attached, and what to do', async () => {
    expect(await page()).toMatch(/^# .*nothing is attached.*QUORUMSCOPE_EVENTS/im);
  });

  it('attaches any node with its three lines', async () => {
    const connection = createConnection(socketPath);
    connection.end(printed('attach:ndjson'));

    await eventually(
      async () =>
        /hotstuff_consensus_current_view\{chain_id="mainnet",node_id="validator-0"\} 7\n/.test(
          await page(),
        ) || undefined,
      10_000,
      'the view of the printed lines',
    );
    expect(await page()).toMatch(
      /hotstuff_consensus_blocks_committed_total\{[^}]*node_id="validator-0"\} 1\n/,
    );
  });

  it('attaches a TypeScript node with its ten lines', async () => {
    const code = printed('attach:typescript');
    const file = join(program, 'node.ts');
    writeFileSync(file, code);
    expect(code.trim().split('\n').length).toBeLessThanOrEqual(10);

    const node = new Child(process.execPath, ['--import', 'tsx', file], {
      QUORUMSCOPE_EVENTS: `unix://${socketPath}`,
    });

    expect(await node.exited, node.output).toBe(0);
    await eventually(
      async () =>
        /hotstuff_consensus_votes_sent_total\{[^}]*node_id="validator-0"[^}]*\} 1\n/.test(await page()) ||
        undefined,
      10_000,
      'the vote of the printed program',
    );
  });

  it('starts with its first command and shows four committing nodes', async () => {
    expect(readme).toContain('npm ci && npm start');
    const demo = new Child('npm', ['start', '--silent'], {
      npm_config_loglevel: 'error',
      QUORUMSCOPE_SERVER_LISTEN: '127.0.0.1:0',
    });
    try {
      const [, address] = await demo.printed(/(http:\/\/127\.0\.0\.1:\d+)\/metrics/);
      await eventually(
        async () => {
          const text = await (await fetch(`${address}/metrics`)).text();
          const committing =
            text.match(/^hotstuff_consensus_blocks_committed_total\{[^}]*\} [1-9]\d*$/gm) ?? [];
          return committing.length === 4 ? true : undefined;
        },
        10_000,
        'four committing nodes within 10 s of readiness',
      );
    } finally {
      await demo.stop('SIGINT');
    }
  });
});
