/** Files cut anywhere and bits flipped anywhere: what still holds comes back, in order and unchanged, and nothing else. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Counts, newFolder, openJournal, reread } from './folder.js';

/** A journal of these records in one segment; returns its path. */
async function written(folder: string, records: readonly string[]): Promise<string> {
  const journal = await openJournal(folder);
  for (const record of records) journal.append(Buffer.from(record));
  await journal.close();
  return join(
    folder,
    readdirSync(folder).find((name) => name.endsWith('.log'))!,
  );
}

const records = ['first', '', 'QSJ1 a record that looks like a frame QSJ1', 'x'.repeat(70), 'last'];

it('cut at any byte: the whole records before the cut, and it can be written on', async () => {
  const folder = newFolder();
  const path = await written(folder, records);
  const whole = readFileSync(path);
  const ends = records.map((_, index) =>
    records.slice(0, index + 1).reduce((sum, record) => sum + 20 + record.length, 0),
  );
  for (let size = 0; size < whole.length; size++) {
    writeFileSync(path, whole.subarray(0, size));
    const counts = new Counts();
    const journal = await openJournal(folder, { meter: counts });
    journal.append(Buffer.from('after'));
    await journal.close();
    const held = ends.filter((end) => end <= size).length;
    expect(await reread(folder)).toEqual([...records.slice(0, held), 'after']);
    expect(counts.cutBytes).toBe(size - (ends[held - 1] ?? 0));
    expect(counts.damagedBytes).toBe(0);
    writeFileSync(path, whole);
  }
});

it('a bit flipped anywhere: every other record, and the damaged file is kept', async () => {
  const folder = newFolder();
  const path = await written(folder, records);
  const whole = readFileSync(path);
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: whole.length * 8 - 1 }), async (bit) => {
      const bytes = Buffer.from(whole);
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      writeFileSync(path, bytes);
      const hit = recordAt(bit >> 3);
      const counts = new Counts();
      expect(await reread(folder, { meter: counts })).toEqual(records.filter((_, index) => index !== hit));
      const lost = 20 + records[hit]!.length;
      if (hit === records.length - 1) expect(counts.cutBytes).toBe(lost);
      else {
        expect(counts.damagedBytes).toBe(lost);
        expect(readFileSync(`${path}.damaged`)).toEqual(bytes);
      }
      // Mended once, it is whole.
      const again = new Counts();
      await reread(folder, { meter: again });
      expect([again.cutBytes, again.damagedBytes]).toEqual([0, 0]);
    }),
    { numRuns: 150 },
  );
});

it('a segment before the last that ends too early is damaged, not torn', async () => {
  const folder = newFolder();
  const journal = await openJournal(folder, { segmentBytes: 1 });
  for (const record of ['a', 'b', 'c']) {
    journal.append(Buffer.from(record));
    await journal.flush();
  }
  await journal.close();
  const [, second] = readdirSync(folder)
    .filter((name) => name.endsWith('.log'))
    .sort();
  writeFileSync(join(folder, second!), readFileSync(join(folder, second!)).subarray(0, 5));
  const counts = new Counts();
  expect(await reread(folder, { meter: counts })).toEqual(['a', 'c']);
  expect([counts.cutBytes, counts.damagedBytes]).toEqual([0, 5]);
});

it('sequences go on after what is damaged, so that no number means two records', async () => {
  const folder = newFolder();
  const path = await written(folder, ['a', 'b', 'c']);
  const whole = readFileSync(path);
  whole[25]! ^= 1;
  writeFileSync(path, whole);
  const journal = await openJournal(folder);
  expect(journal.append(Buffer.from('d'))).toBe(3);
  await journal.close();
});

function recordAt(byte: number): number {
  let end = 0;
  return records.findIndex((record) => byte < (end += 20 + record.length));
}
