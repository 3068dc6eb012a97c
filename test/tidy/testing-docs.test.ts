/** docs/TESTING.md names everything that `quorumscope/testing` has, and what it says of the presets is what they are. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as face from '../../simulator/testing/index.js';

const text = readFileSync(join(import.meta.dirname, '../../docs/TESTING.md'), 'utf8');

describe('docs/TESTING.md', () => {
  it('names every function and value of the entry', () => {
    const names = Object.keys(face);
    expect(names.length).toBeGreaterThan(15);
    expect(names.filter((name) => !text.includes(`\`${name}`))).toEqual([]);
  });

  it('lists the network conditions as they are, in their order', () => {
    const rows = [...text.matchAll(/^\| `(\w+)` +\| ([A-Z0-9].*\.) +\|$/gm)].map(([, name, about]) => [
      name,
      about,
    ]);
    const presets = Object.entries(face.networkConditions).map(([name, { about }]) => [name, about]);
    expect(rows).toEqual(presets);
  });

  it('names every member of a collector', () => {
    const members = Object.keys(
      Object.getOwnPropertyDescriptors(Object.getPrototypeOf(face.createTestCollector())),
    );
    const unnamed = members.filter((name) => name !== 'constructor' && !text.includes(`\`${name}(`));
    expect(unnamed).toEqual([]);
    expect(members.length).toBeGreaterThan(10);
  });
});
