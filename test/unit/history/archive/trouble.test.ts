/** Torn tails, damaged segments, full disks, lost files: what is left is read, what is wrong is said, and it goes on. */
import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ArchiveReader } from '../../../../src/history/archive/archive-reader.js';
import { archiveMetrics } from '../../../../src/history/archive/catalogue.js';
import { hereWorkshop, type Workshop } from '../../../../src/history/archive/jobs.js';
import { TroubledDisk } from '../../journal/folder.js';
import { ask, metrics, shown, START_MS, World } from './archive-world.js';

const HOUR = 3_600_000;

/** Rows of a counter that counts them. */
async function count(world: World, rows: number): Promise<void> {
  const total = world.board.counter(metrics.total).at('v0');
  for (let i = 0; i < rows; i++) {
    total.add(1);
    await world.row();
  }
}

const samplesOf = async (world: World): Promise<number> =>
  (await ask(world.atRest(), 'a_total'))[0]?.times.length ?? 0;

describe('the archive in trouble', () => {
  it('reads up to a torn tail, and goes on behind it', async () => {
    const world = await World.open();
    await count(world, 10);
    await world.archive.flush();
    await world.archive.close();
    const folder = join(world.root, 'journal', '0');
    const file = join(
      folder,
      readdirSync(folder).find((name) => name.endsWith('.log'))!,
    );
    truncateSync(file, readFileSync(file).length - 3);
    expect(await samplesOf(world)).toBe(9);
    await world.reopen();
    await count(world, 2);
    await world.archive.flush();
    const [series] = await ask(world.atRest(), 'a_total');
    expect(shown(series!)).toMatch(/ 270=9 300=x 330=1 360=2$/);
    await world.archive.close();
  });

  it('loses no more than up to the next key row to a damaged record', async () => {
    const world = await World.open();
    await count(world, 100);
    await world.archive.flush();
    const folder = join(world.root, 'journal', '0');
    const file = join(
      folder,
      readdirSync(folder).find((name) => name.endsWith('.log'))!,
    );
    const bytes = readFileSync(file);
    bytes[Math.floor(bytes.length / 3)]! ^= 0xff;
    writeFileSync(file, bytes);
    const [series] = await ask(world.atRest(), 'a_total');
    expect(series!.times.length).toBeGreaterThanOrEqual(40);
    expect(series!.times.length).toBeLessThan(100);
    // What is read is right.
    series!.values.forEach((value, i) => expect(value).toBe((series!.times[i]! - START_MS) / 30_000));
    await world.archive.close();
  });

  it('sets a damaged segment aside, says so once, and answers from the others', async () => {
    const world = await World.open();
    await count(world, 400);
    await world.quiet();
    const segment = join(world.root, 'segments', 'span=hour', `begin=${START_MS + HOUR}`);
    const file = join(segment, 'samples-integers.parquet');
    const bytes = readFileSync(file);
    bytes.fill(0x55, 4, bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8));
    writeFileSync(file, bytes);
    const [series] = await ask(world.archive.reader, 'a_total');
    expect(series!.values.length).toBe(400 - 120);
    await expect.poll(() => existsSync(segment)).toBe(false);
    expect(readdirSync(join(world.root, 'damaged'))).toHaveLength(1);
    expect(world.said.lines.filter((line) => line.startsWith('error'))).toHaveLength(1);
    expect(world.board.counter(archiveMetrics.damaged).at().value).toBe(1);
    expect((await ask(world.archive.reader, 'a_total'))[0]!.values.length).toBe(280);
    await world.archive.close();
  });

  it('sees that a segment was cut short when it opens it', async () => {
    const world = await World.open();
    await count(world, 130);
    await world.quiet();
    await world.archive.close();
    const segment = join(world.root, 'segments', 'span=hour', `begin=${START_MS}`);
    truncateSync(join(segment, 'series.parquet'), 10);
    const problems: string[] = [];
    const reader = new ArchiveReader({ root: world.root, damaged: ({ problem }) => problems.push(problem) });
    expect((await ask(reader, 'a_total'))[0]!.values.length).toBe(10);
    expect(problems[0]).toMatch(/series.parquet has 10 bytes/);
    // Who only reads leaves it where it is.
    expect(existsSync(segment)).toBe(true);
  });

  it('waits for room on a full disk and loses nothing that it could hold', async () => {
    const files = new TroubledDisk();
    const world = await World.open({ files });
    await count(world, 5);
    expect(await world.archive.flush()).toBe(true);
    files.room = 0;
    await count(world, 5);
    expect(await world.archive.flush()).toBe(false);
    expect(await samplesOf(world)).toBe(5);
    expect(world.archive.durableMs).toBe(START_MS + 150_000);
    files.room = Infinity;
    await count(world, 1);
    expect(await world.archive.flush()).toBe(true);
    expect(await samplesOf(world)).toBe(11);
    await world.archive.close();
  });

  it('keeps the rows of hours that could not be sealed, and seals them later', async () => {
    let isFull = true;
    const workshop: Workshop = {
      run: (job) =>
        isFull
          ? Promise.reject(Object.assign(new Error('no space left'), { code: 'ENOSPC' }))
          : hereWorkshop.run(job),
      close: () => Promise.resolve(),
    };
    const world = await World.open({ workshop });
    await count(world, 250);
    await world.quiet();
    expect(world.said.lines.filter((line) => line.startsWith('error'))).toHaveLength(1);
    expect(await samplesOf(world)).toBe(250);
    expect(existsSync(join(world.root, 'segments'))).toBe(false);
    isFull = false;
    await count(world, 120);
    await world.quiet();
    expect(readdirSync(join(world.root, 'segments', 'span=hour'))).toHaveLength(3);
    expect(await samplesOf(world)).toBe(370);
    await world.archive.close();
  });

  it('makes good an index that was lost', async () => {
    const world = await World.open();
    await count(world, 125);
    await world.quiet();
    await world.archive.close();
    rmSync(join(world.root, 'index'), { recursive: true });
    await world.reopen();
    world.board.gauge(metrics.level).at('new').set(3);
    await count(world, 1);
    await world.archive.flush();
    expect((await ask(world.atRest(), 'a_total'))[0]!.values.length).toBeGreaterThan(120);
    expect((await ask(world.atRest(), 'b')).map(({ labels }) => labels.get('validator'))).toEqual(['new']);
    await world.archive.close();
  });

  it('begins a new journal where the old one is gone', async () => {
    const world = await World.open();
    await count(world, 125);
    await world.quiet();
    await world.archive.close();
    rmSync(join(world.root, 'journal'), { recursive: true });
    await world.reopen();
    await count(world, 3);
    await world.archive.flush();
    expect(readdirSync(join(world.root, 'journal'))).toContain('1');
    const [series] = await ask(world.atRest(), 'a_total');
    expect([...series!.values].slice(-3)).toEqual([1, 2, 3]);
    await world.archive.close();
  });

  it('refuses a folder that another process writes', async () => {
    const world = await World.open();
    await expect(World.open({ root: world.root })).rejects.toMatchObject({ code: 'journal.locked' });
    await world.archive.close();
  });

  it('takes no row while the clock stands still or goes back', async () => {
    const world = await World.open();
    await count(world, 2);
    await world.archive.sample();
    expect(world.board.counter(archiveMetrics.missed).at('clock').value).toBe(1);
    await world.archive.close();
  });
});
