/** The worked example of docs/EXPORTS.md as an embedder has it: compiled and run against the built package. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Child } from '../support/child.js';

const root = join(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'docs/EXPORTS.md'), 'utf8');
const example = /<!-- example: custom-exporter -->\s*```ts\n([^]*?)```/.exec(text)?.[1] ?? '';

describe('the example of docs/EXPORTS.md', () => {
  let folder: string;
  beforeAll(() => {
    // Inside the package, so that its entries resolve as they do for a user.
    folder = mkdtempSync(join(root, 'dist', 'exports-'));
    writeFileSync(join(folder, 'example.ts'), example);
    const base = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')) as Record<string, unknown>;
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ ...base, include: ['example.ts'], exclude: [] }),
    );
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('compiles', async () => {
    const tsc = new Child(process.execPath, [join(root, 'node_modules/.bin/tsc'), '--noEmit', '-p', folder]);
    expect(await tsc.exited, tsc.output).toBe(0);
  });

  it('pushes its format, and serves it', async () => {
    const child = new Child(process.execPath, ['--import', 'tsx', join(folder, 'example.ts')]);
    expect(await child.exited, child.output).toBe(0);
    const pushed = child.output.match(/^quorumscope_\S+ \S+ \d+$/gm) ?? [];
    expect(pushed.length).toBeGreaterThan(5);
    expect(child.output.match(/^quorumscope_series [1-9]\d* \d+$/gm)).toHaveLength(2);
  });
});
