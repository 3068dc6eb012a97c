/** Evidence outlives the process, is kept once, found again by what it is about, and bounded. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/base/clock.js';
import { EvidenceStore, type EvidenceStoreOptions } from '../../../src/evidence/evidence-store.js';
import { parseEvidenceQuery } from '../../../src/evidence/query.js';
import { boardMeter } from '../../../src/journal-meter.js';
import { Board } from '../../../src/metrics/board.js';
import { newFolder, TroubledDisk } from '../journal/folder.js';
import { doubleVote } from './made-finding.js';

function open(folder: string, options: Partial<EvidenceStoreOptions> = {}): Promise<EvidenceStore> {
  return EvidenceStore.open({ folder, board: new Board(), clock: new ManualClock(), ...options });
}

function valueOf(board: Board, name: string): number | undefined {
  const family = board.families().find(({ definition }) => definition.name === name);
  return family?.series.reduce((sum, { slot }) => sum + board.slots.values[slot]!, 0);
}

it('is there after a restart, unchanged, and not twice when it is found again', async () => {
  const folder = newFolder();
  const first = await open(folder);
  const fuel = doubleVote(2, { statements: [{ type: 'x', node: 'n', ts_us: 1, fuel_used: 2n ** 60n }] });
  first.finding(doubleVote(1));
  first.finding(doubleVote(1));
  first.finding(fuel);
  expect(await first.close()).toEqual({ ok: true });
  const second = await open(folder);
  expect(second.get(doubleVote(1).id)).toEqual(JSON.parse(JSON.stringify(doubleVote(1))));
  expect(second.get(fuel.id)?.statements[0]!['fuel_used']).toBe('1152921504606846976');
  second.finding(doubleVote(1));
  expect(second.size).toBe(2);
  await second.close();
  const third = await open(folder);
  expect(third.list().map(({ view }) => view)).toEqual([2, 1]);
  await third.close();
});

it('is durable without closing, as after kill -9', async () => {
  const folder = newFolder();
  const store = await open(folder);
  store.finding(doubleVote(1));
  await store.flush();
  const copy = newFolder();
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.log')))
    writeFileSync(join(copy, name), readFileSync(join(folder, name)));
  const after = await open(copy);
  expect(after.size).toBe(1);
  await after.close();
  await store.close();
});

it('is listed by what it is about, newest first', async () => {
  const store = await open(newFolder());
  store.finding(doubleVote(1));
  store.finding(doubleVote(2, { validators: ['validator-2'], kind: 'double_proposal' }));
  store.finding(
    doubleVote(3, { chain: 'other', class: 'safety', kind: 'conflicting_commit', validators: [] }),
  );
  const views = (query: Parameters<typeof store.list>[0]): unknown[] =>
    store.list(query).map(({ view }) => view);
  expect(views({})).toEqual([3, 2, 1]);
  expect(views({ chain: 'main' })).toEqual([2, 1]);
  expect(views({ class: 'safety' })).toEqual([3]);
  expect(views({ kind: 'double_proposal' })).toEqual([2]);
  expect(views({ validator: 'validator-1' })).toEqual([1]);
  expect(views({ view: 2 })).toEqual([2]);
  expect(views({ fromUs: 5_000_002, toUs: 5_000_003 })).toEqual([2]);
  expect(views({ limit: 1 })).toEqual([3]);
  await store.close();
});

it('is bounded by number and size, the oldest leave', async () => {
  const board = new Board();
  const store = await open(newFolder(), { board, maxRecords: 3 });
  for (let view = 1; view <= 5; view++) store.finding(doubleVote(view));
  expect(store.list().map(({ view }) => view)).toEqual([5, 4, 3]);
  expect(valueOf(board, 'quorumscope_evidence_records')).toBe(3);
  await store.close();
  const small = await open(newFolder(), { maxBytes: 2_000 });
  for (let view = 1; view <= 50; view++) small.finding(doubleVote(view));
  expect(small.size).toBeLessThan(6);
  expect(small.list()[0]?.view).toBe(50);
  await small.close();
});

it('waits while the disk is full, counted, and is written when there is room again', async () => {
  const folder = newFolder();
  const [board, clock, files] = [new Board(), new ManualClock(), new TroubledDisk()];
  const store = await open(folder, { board, clock, files, meter: boardMeter(board, 'evidence') });
  files.room = 0;
  store.finding(doubleVote(1));
  expect(await store.flush()).toMatchObject({ ok: false, code: 'ENOSPC' });
  expect(valueOf(board, 'quorumscope_journal_failures_total')).toBeGreaterThan(0);
  files.room = Infinity;
  clock.advance(1_000_000);
  await store.flush();
  const size = (): number | undefined => valueOf(board, 'quorumscope_journal_size_bytes');
  expect(size()).toBeGreaterThan(100);
  await store.close();
  const again = await open(folder);
  expect(again.size).toBe(1);
  await again.close();
});

describe('a query', () => {
  it('is read from names and values', () => {
    const parameters = new URLSearchParams('class=byzantine&validator=v1&from_us=5&limit=10');
    expect(parseEvidenceQuery(parameters)).toEqual({
      query: { class: 'byzantine', validator: 'v1', fromUs: 5, limit: 10 },
    });
  });

  it('names everything that is wrong with it', () => {
    const parsed = parseEvidenceQuery(new URLSearchParams('klass=x&limit=-1&class=evil&kind=double_vote'));
    expect(parsed).toEqual({
      problems: [
        expect.stringContaining('klass'),
        expect.stringContaining('limit'),
        expect.stringContaining('class: found "evil", expected one of safety, byzantine, divergence'),
      ],
    });
  });
});
