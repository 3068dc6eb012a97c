/**
 * Prometheus's own PromQL test files, from the folder named by QUORUMSCOPE_CONFORMANCE or from
 * ../shared/conformance. Everything but native histograms and experimental features must pass, and no
 * fewer evaluations than the floor may count.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCommands } from './promqltest-language.js';
import { runEval } from './promqltest-run.js';
import { LoadedSeries } from './promqltest-storage.js';

/** Evaluations that passed when this was last raised. */
const FLOOR = 946;

const ORIGINALS = 'https://github.com/prometheus/prometheus/tree/main/promql/promqltest/testdata';
const roots = process.env['QUORUMSCOPE_CONFORMANCE'] ?? '../shared/conformance';
const folder = join(resolve(roots), 'promqltest');
const isThere = existsSync(folder);
const files = isThere ? readdirSync(folder).filter((name) => name.endsWith('.test')) : [];

const title = isThere
  ? 'Prometheus test files'
  : `Prometheus test files are missing: put those of ${ORIGINALS} into a folder promqltest and name its parent in QUORUMSCOPE_CONFORMANCE`;

if (!isThere) console.warn(title);

describe.skipIf(!isThere)(title, () => {
  let total = 0;
  let passed = 0;
  const unsupported = new Map<string, number>();

  it.each(files)('%s', async (file) => {
    const wrong: string[] = [];
    let loaded = new LoadedSeries();
    for (const command of readCommands(readFileSync(join(folder, file), 'utf8'))) {
      if (command.kind === 'clear') loaded = new LoadedSeries();
      if (command.kind === 'load') loaded.load(command);
      if (command.kind !== 'eval') continue;
      total++;
      const verdict = await runEval(command, loaded);
      if (verdict === undefined) passed++;
      else if ('unsupported' in verdict) count(unsupported, verdict.unsupported);
      else wrong.push(`${file}:${command.line} ${command.query}\n    ${verdict.wrong}`);
    }
    expect(wrong.join('\n')).toBe('');
  });

  it('passes no fewer evaluations than before', () => {
    const reasons = [...unsupported]
      .sort(([, a], [, b]) => b - a)
      .map(([why, times]) => `  ${times}  ${why}`);
    console.log(`promqltest: ${passed} of ${total} evaluations pass; not supported:\n${reasons.join('\n')}`);
    expect(passed).toBeGreaterThanOrEqual(FLOOR);
  });
});

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}
