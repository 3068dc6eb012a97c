/** The rules for another prefix: every name of ours changes, and nothing else. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { rendered } from '../../../src/cli/alerts-render.js';
import { runWords } from './world.js';

describe('alerts render', () => {
  it('changes the prefix wherever a metric is named, also in recorded names and in queries of annotations', () => {
    const text = `record: chain:hotstuff_x:rate5m\nexpr: hotstuff_a / quorumscope_b\n'{{ printf "hotstuff_c" }}'\nalert: HotStuffX\n`;
    expect(rendered(text, { prefix: 'my_' })).toBe(
      `record: chain:my_x:rate5m\nexpr: my_a / quorumscope_b\n'{{ printf "my_c" }}'\nalert: HotStuffX\n`,
    );
  });

  it('puts real addresses in front of runbook and dashboards', () => {
    const text = "runbook_url: alerts/runbook.md#x\ndashboard_url: '/d/quorumscope-x'\n";
    const options = { runbook: 'https://wiki.example/$1', dashboards: 'https://grafana.example/' };
    expect(rendered(text, options)).toBe(
      "runbook_url: https://wiki.example/$1#x\ndashboard_url: 'https://grafana.example/d/quorumscope-x'\n",
    );
    expect(rendered(text, {})).toBe(text);
  });

  it('writes rules and tests, and refuses a prefix that is none', async () => {
    const out = mkdtempSync(join(tmpdir(), 'quorumscope-render-'));
    onTestFinished(() => rmSync(out, { recursive: true, force: true }));
    expect((await runWords(['alerts', 'render', '--out', out, '--prefix', 'my_'])).code).toBe(0);
    const names = readdirSync(out);
    expect(names).toContain('consensus.rules.yml');
    expect(names).toContain('consensus.test.yml');
    expect(names.filter((name) => readFileSync(join(out, name), 'utf8').includes('hotstuff_'))).toEqual([]);
    const wrong = await runWords(['alerts', 'render', '--out', out, '--prefix', 'my-chain']);
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain('expected letters, digits and _');
  });
});
