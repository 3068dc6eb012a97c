/** The score of the gate's runs reaches its floors, accuses nobody falsely, and a run can fall short of them. */
import { beforeAll, describe, expect, it } from 'vitest';
import { scenarioNames } from '../../simulator/main.js';
import { alertGateOrders, alertShortfalls, limpingOrder } from '../../scripts/scoreboard/alert-floors.js';
import type { AlertScore } from '../../scripts/scoreboard/alert-score.js';
import { ScoreBook } from '../../scripts/scoreboard/board.js';
import { gateOrders, raised, readFloors, shortfalls } from '../../scripts/scoreboard/floors.js';
import { joined } from '../../scripts/scoreboard/join.js';
import { runCases } from '../../scripts/scoreboard/pool.js';
import { noScore, type Score } from '../../scripts/scoreboard/score.js';

describe('the scoreboard', () => {
  const book = new ScoreBook();

  beforeAll(async () => {
    await runCases(gateOrders(scenarioNames()), 1, (result) => book.note(result));
  }, 600_000);

  it('reaches every floor', () => {
    expect(shortfalls(book.total, readFloors())).toEqual([]);
  });

  it('has something to score', () => {
    expect(book.total.all.runs).toBe(scenarioNames().length);
    expect(book.total.all.failed).toBeGreaterThan(300);
    expect(book.total.one.said).toBeGreaterThan(200);
  });

  it('accuses nobody in a healthy network, one that events are missing of included', () => {
    const healthy = book.rows.filter(({ name }) => /^(09|19|26|28)/.test(name));
    const said = ({ said: verdicts, findings, falselySilent }: Score): number[] => [
      verdicts,
      findings,
      falselySilent,
    ];
    expect(healthy.map(({ all, one }) => [...said(all), ...said(one)])).toEqual(
      healthy.map(() => [0, 0, 0, 0, 0, 0]),
    );
  });
});

describe('the alerts of the incidents', () => {
  const book = new ScoreBook();

  beforeAll(async () => {
    await runCases(alertGateOrders(), 1, (result) => book.note(result));
  }, 600_000);

  it('reach every floor; none is spurious', () => {
    expect(alertShortfalls(book.total, readFloors().alerts)).toEqual([]);
  });

  it('page once for each group, and say when it is over', () => {
    const halt = book.rows.find(({ name }) => name === '13-halt-shortly')?.alerts;
    for (const score of [halt?.all, halt?.one]) {
      expect(score?.raised).toHaveProperty('HotStuffChainHalted', 1);
      expect(score).toMatchObject({ pages: score?.groups, resolved: score?.ended });
      // The threshold is 30 s without a commit; nothing is late beyond a cycle of the rules and a step of the clock.
      expect(Math.max(...(score?.toldMs ?? []))).toBeLessThan(62_000);
    }
  });

  it('name who is down beside the page about the chain, and blame nobody for a split network', () => {
    const of = (name: string): AlertScore | undefined =>
      book.rows.find((row) => row.name === name)?.alerts?.all;
    expect(of('01-halt')).toMatchObject({ found: 2, named: 2, namedRight: 2, pages: 2, groups: 2 });
    expect(of('04-split')).toMatchObject({ found: 2, named: 0, pages: 2, groups: 2 });
  });

  it('tell of a proof within a second', () => {
    const proof = book.rows.find(({ name }) => name === '06-equivocation')?.alerts?.all;
    expect(proof?.firedMs).toEqual([0]);
  });

  it('are none for a restart as in an upgrade', () => {
    const restart = book.rows.find(({ name }) => name === '10-restart')?.alerts;
    expect([restart?.all.raised, restart?.one.raised]).toEqual([{}, {}]);
  });
});

it(
  'the alerts of a chain that limps for minutes page once, and their end is told',
  { timeout: 600_000 },
  async () => {
    const book = new ScoreBook();
    await runCases([limpingOrder()], 1, (result) => book.note(result));
    const score = book.total.alerts?.all;
    expect(score?.raised).toMatchObject({ HotStuffChainHalted: 1 });
    expect(score).toMatchObject({ spurious: {}, forbidden: 0, pages: 1, groups: 1, pagedOnce: 1 });
    expect(score?.resolved).toBeGreaterThan(0);
  },
);

describe('the floors', () => {
  it('are missed by whoever says nothing, or accuses falsely', () => {
    const accusing = { ...noScore(), false: { safety: 0, byzantine: 1, divergence: 0 } };
    const missed = shortfalls({ name: 'total', all: accusing, one: noScore() }, readFloors());
    expect(missed).toContain('all: 1 false findings of byzantine, expected none');
    expect(missed.some((words) => words.startsWith('all: causeRecall is 0, its floor 0.'))).toBe(true);
  });

  it('only rise', () => {
    const floors = readFloors();
    const nothing = { name: 'total', all: noScore(), one: noScore() };
    expect(raised(floors, nothing)).toEqual(floors);
    const perfect = { ...noScore(), failed: 1, said: 1, right: 1 };
    expect(raised(floors, { ...nothing, all: perfect }).all.causeRecall).toBe(1);
  });
});

describe('documents of several runs', () => {
  const part = (first: number) => ({
    seeds: 5,
    first,
    scenarios: undefined,
    views: 400,
    alone: 2,
    runs: 1,
    entered: 400,
    wallS: 1,
    commit: 'abc',
    date: '2026-01-31',
  });
  const document = (first: number, name: string, found: number) => ({
    rows: [{ name, all: { ...noScore(), required: 2, found }, one: noScore() }],
    parts: [part(first)],
  });

  it('add up where their seeds differ, and replace each other where they are the same', () => {
    const sum = joined([document(1, 'a', 0), document(6, 'a', 1), document(1, 'b', 1), document(1, 'a', 2)]);
    expect(sum.rows.map(({ name, all }) => [name, all.found, all.required])).toEqual([
      ['a', 3, 4],
      ['b', 1, 2],
    ]);
    expect(sum.total.all.found).toBe(4);
    expect(sum.parts.map(({ first }) => first)).toEqual([1, 6, 1, 1]);
  });

  it('are refused when none of them holds a score', () => {
    expect(() => joined([{ wan: [] }])).toThrow('found no score');
  });
});
