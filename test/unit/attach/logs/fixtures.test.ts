import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { leaderOf, nodeLogBytes, nodeLogHeader, nodeLogs } from '../../../support/node-logs.js';

describe.each(nodeLogs())('the log %s', (name) => {
  const header = nodeLogHeader(name);

  it('is the one that its header speaks of', () => {
    const bytes = nodeLogBytes(name);
    expect(bytes.length).toBe(header.log.bytes);
    expect(bytes.toString('utf8').split('\n').length - 1).toBe(header.log.lines);
  });

  it('says which program printed it, how, and under what faults', () => {
    for (const said of [header.program, header.version, header.revision, header.licence, header.run])
      expect(said).not.toBe('');
    if (header.origin === 'captured') expect(header.command).toMatch(/\S/);
    else expect(header.strings?.length).toBeGreaterThan(0);
    expect(header.validators).toContain(header.node);
  });

  it('has a leader for every view that timed out, and a timeout to recover', () => {
    const { timeouts, ticks, leaders } = header.truth;
    expect((timeouts?.length ?? 0) + (ticks?.at(-1)?.view_changes_by_timeout ?? 0)).toBeGreaterThan(0);
    if (typeof leaders === 'string' || header.program.startsWith('hotstuff_rs')) return;
    for (const view of (timeouts ?? []).filter((at) => at > 1))
      expect(header.validators).toContain(leaderOf(header.truth, view));
  });
});

describe('the table of logs', () => {
  it('names every folder', () => {
    const table = readFileSync(new URL('../../../fixtures/logs/README.md', import.meta.url), 'utf8');
    for (const folder of new Set(nodeLogs().map((name) => name.slice(0, name.indexOf('/')))))
      expect(table).toContain(`\`${folder}\``);
  });
});
