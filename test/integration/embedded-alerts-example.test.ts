/** The example of docs/RULES.md for embedders, as they have it: compiled and run against the built package. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Child } from '../support/child.js';

const root = join(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'docs/RULES.md'), 'utf8');
const example = /<!-- example: embedded-alerts -->\s*```ts\n([^]*?)```/.exec(text)?.[1] ?? '';

describe('the example of docs/RULES.md', () => {
  let folder: string;
  beforeAll(() => {
    // Inside the package, so that its entries resolve as they do for a user.
    folder = mkdtempSync(join(root, 'dist', 'alerts-'));
    writeFileSync(join(folder, 'example.ts'), example);
    const base = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')) as Record<string, unknown>;
    const own = JSON.stringify({ ...base, include: ['example.ts'], exclude: [] });
    writeFileSync(join(folder, 'tsconfig.json'), own);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('compiles', async () => {
    const tsc = new Child(process.execPath, [join(root, 'node_modules/.bin/tsc'), '--noEmit', '-p', folder]);
    expect(await tsc.exited, tsc.output).toBe(0);
  });

  it('raises alerts, and is told of them', async () => {
    const child = new Child(process.execPath, ['--import', 'tsx', join(folder, 'example.ts')]);
    await child.printed(/^process is \w+$/m);
    await child.printed(/^fires SeriesNearLimit .*% of all series are in use$/m);
    await child.stop();
  });
});
