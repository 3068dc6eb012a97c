import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../../..');

/** Every module that running `entry` loads: type imports are gone by then. */
function loadedBy(entry: string): { ours: string[]; others: string[] } {
  const ours = new Set<string>();
  const others = new Set<string>();
  const visit = (file: string): void => {
    if (ours.has(relative(root, file))) return;
    ours.add(relative(root, file));
    const source = readFileSync(file, 'utf8').replaceAll(/^(import|export) type [^;]*;/gm, '');
    for (const [, specifier] of source.matchAll(/(?:^|[\s;}])(?:from|import)\s*\(?\s*'([^']+)'/g)) {
      if (!specifier!.startsWith('.')) others.add(specifier!);
      else visit(join(dirname(file), specifier!.replace(/\.js$/, '.ts')));
    }
  };
  visit(join(root, entry));
  return { ours: [...ours], others: [...others] };
}

describe('the entry quorumscope/hooks', () => {
  const { ours, others } = loadedBy('src/hooks.ts');

  it('loads the vocabulary, base and its own files, and nothing else of ours', () => {
    const foreign = ours.filter(
      (file) => !/^src\/(hooks\.ts|attach\/address\.ts|(events|base|attach\/hooks)\/)/.test(file),
    );
    expect(foreign).toEqual([]);
    // The decoder is the sidecar's: a node never reads an event.
    expect(ours).not.toContain('src/events/decode.ts');
    expect(ours.length).toBeGreaterThan(20);
    expect(ours.length).toBeLessThan(50);
  });

  it('loads nothing but what Node brings along', () => {
    expect(others.filter((specifier) => !specifier.startsWith('node:'))).toEqual([]);
  });
});
