/** The specification's metrics all exist, and the page that says where is fresh. */
import { intakeMetrics } from '../../src/intake/catalogue.js';
import { boardMetrics } from '../../src/metrics/board.js';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderMetrics } from '../../scripts/docs/metrics.js';
import { seedFields, seedGroups } from '../../scripts/docs/seed-names.js';
import { allMetrics } from '../../src/domains/catalogue.js';

describe('the names of the specification', () => {
  it('include every field of its metric structs, each once', () => {
    for (const [title, fields] of Object.entries(seedFields)) {
      const group = seedGroups.find((candidate) => candidate.title === title);
      expect(group?.names.map(({ seed }) => seed)).toEqual(fields);
    }
    expect(Object.values(seedFields).flat()).toHaveLength(64);
  });

  it('lead to metrics that exist, of the same kind', () => {
    const kinds = { Counter: 'counter', Gauge: 'gauge', Histogram: 'histogram' } as const;
    for (const { seed, kind, metrics } of seedGroups.flatMap(({ names }) => names)) {
      for (const name of metrics) expect(allMetrics.has(name), `${seed} -> ${name}`).toBe(true);
      expect(allMetrics.get(metrics[0]!)?.kind, seed).toBe(kinds[kind]);
    }
  });
});

describe('docs/METRICS.md', () => {
  it('names every domain metric with its meaning (else run `npm run docs`)', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/METRICS.md'), 'utf8');
    for (const { name, help } of allMetrics.values()) {
      expect(page.includes(`| \`${name}\` |`), name).toBe(true);
      expect(page.includes(help.replaceAll('|', '\\|')), name).toBe(true);
    }
  });

  it('lists what the rooms keep about themselves', () => {
    const page = renderMetrics();
    for (const { name } of [...Object.values(intakeMetrics), ...Object.values(boardMetrics)]) {
      expect(page.includes(`| \`${name}\` |`), name).toBe(true);
    }
  });
});
