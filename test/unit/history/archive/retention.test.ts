/** What is too old or too much goes, level by level; what is held stays; what is purged is written down. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRecords } from '../../../../src/history/archive/journal-files.js';
import type { RetentionPolicy, RetentionRule } from '../../../../src/history/archive/retention.js';
import { parseSelector } from '../../../../src/promql/parse.js';
import { ask, forEver, metrics, START_MS, World } from './archive-world.js';

const HOUR = 3_600_000;

function rule(name: string, kind: RetentionRule['kind'], selector: string, forMs = Infinity): RetentionRule {
  return { name, kind, selector, forMs, matchers: parseSelector(selector) };
}

/** So many hours of a counter and two gauges. */
async function lived(hours: number, retention: RetentionPolicy): Promise<World> {
  const world = await World.open({ retention, intervalMs: 30_000 });
  const total = world.board.counter(metrics.total).at('v0');
  const held = world.board.gauge(metrics.level).at('held');
  const plain = world.board.gauge(metrics.level).at('plain');
  for (let i = 0; i < hours * 120 + 2; i++) {
    total.add(1);
    held.set(i);
    plain.set(-i);
    await world.row();
  }
  await world.quiet();
  return world;
}

/** Samples in the first hour. */
async function inFirstHour(world: World, selector: string): Promise<number> {
  const found = await ask(world.atRest(), selector, START_MS, START_MS + HOUR);
  return found[0]?.values.filter((value) => !Number.isNaN(value)).length ?? 0;
}

describe('retention', () => {
  it('keeps samples, minutes and hours for a time of their own', async () => {
    const world = await lived(4, {
      ...forEver,
      levels: { samples: HOUR, minutes: 2 * HOUR, hours: 3 * HOUR },
    });
    // Sealed at 4 h: the hour that ended at 3 h has its samples, the one before minutes, the one before that hours.
    const held = async (hour: number): Promise<number> => {
      const range = [START_MS + (hour - 1) * HOUR + 1, START_MS + hour * HOUR] as const;
      const found = await ask(world.atRest(), 'a_total', ...range);
      return found[0]?.values.filter((value) => !Number.isNaN(value)).length ?? 0;
    };
    expect([await held(4), await held(3), await held(2), await held(1)]).toEqual([120, 60, 1, 0]);
    expect(readdirSync(join(world.root, 'segments', 'span=hour'))).toHaveLength(3);
    await world.archive.close();
  });

  it('lets the first rule that matches decide, and never deletes what is held', async () => {
    const world = await lived(3, {
      ...forEver,
      levels: { samples: HOUR, minutes: HOUR, hours: HOUR },
      rules: [
        rule('evidence', 'hold', '{validator="held"}'),
        rule('gauges', 'keep', 'b', 30 * HOUR),
        rule('late', 'hold', 'a_total{validator="nobody"}'),
      ],
    });
    expect(await inFirstHour(world, '{validator="held"}')).toBe(120);
    expect(await inFirstHour(world, 'b{validator="plain"}')).toBe(120);
    expect(await inFirstHour(world, 'a_total')).toBe(0);
    await world.archive.close();
  });

  it('writes down what a rule purges', async () => {
    const world = await lived(3, { ...forEver, rules: [rule('costs', 'purge', 'a_total', HOUR)] });
    expect(await inFirstHour(world, 'a_total')).toBe(0);
    expect(await inFirstHour(world, 'b{validator="plain"}')).toBe(120);
    await world.archive.close();
    const records: Record<string, unknown>[] = [];
    for await (const { payload } of readRecords(join(world.root, 'deletions')))
      records.push(JSON.parse(payload.toString('utf8')) as Record<string, unknown>);
    expect(records).toEqual(
      [0, 1].map((hour) => ({
        deleted_at_ms: expect.any(Number) as number,
        rule: 'costs',
        match: 'a_total',
        from_ms: START_MS + hour * HOUR,
        to_ms: START_MS + (hour + 1) * HOUR,
        series: 1,
        metrics: ['a_total'],
      })),
    );
    expect(world.said.lines).toContain('info history was purged');
  });

  it('deletes the oldest samples first beyond a size, but nothing that is held', async () => {
    const world = await lived(3, {
      ...forEver,
      maxBytes: 15_000,
      rules: [rule('evidence', 'hold', '{validator="held"}')],
    });
    expect(await inFirstHour(world, '{validator="held"}')).toBe(120);
    expect(await inFirstHour(world, 'b{validator="plain"}')).toBeLessThan(120);
    await world.archive.close();
  });
});
