/** A process that is killed at any moment: what it was told to be durable is there, and nothing is garbled. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Child } from '../../support/child.js';
import { newFolder, openJournal } from './folder.js';

const writer = join(import.meta.dirname, 'killed-writer.ts');

it('kill -9, time and again', async () => {
  const folder = newFolder();
  let durable = -1;
  for (let round = 0; round < 6; round++) {
    const child = new Child(process.execPath, ['--import', 'tsx', writer, folder]);
    await child.printed(new RegExp(`(?:durable \\d+\\s+){${3 + 7 * round}}`));
    await child.stop('SIGKILL');
    const said = [...child.output.matchAll(/^durable (\d+)$/gm)].map((match) => Number(match[1]));
    durable = Math.max(durable, ...said);
    const journal = await openJournal(folder);
    const sequences: number[] = [];
    for await (const { sequence, payload } of journal.read()) {
      sequences.push(sequence);
      expect(payload.toString()).toBe(`${sequence} ${'x'.repeat(sequence % 700)}`);
    }
    await journal.close();
    expect(sequences).toEqual(sequences.map((_, index) => index));
    expect(sequences.length).toBeGreaterThan(durable);
    durable = sequences.length - 1;
  }
}, 60_000);
