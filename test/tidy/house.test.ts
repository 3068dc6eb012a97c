/** The rules of the house that no linter knows: headers, sizes, and words that have no place here. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorCodes } from '../../src/base/errors.js';

const root = join(import.meta.dirname, '../..');
const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const sources = tracked.filter((path) => /^(src|simulator)\/.*\.ts$/.test(path));
const texts = tracked.filter(
  (path) => /\.(ts|mjs|js|md|json|ya?ml|sh)$/.test(path) && path !== 'package-lock.json',
);

describe('the house', () => {
  it('has sources to look at', () => {
    expect(sources.length).toBeGreaterThan(40);
  });

  it('opens every source file with a header that says what it is for', () => {
    const bare = sources.filter((path) => !/^(#!.*\n)?\/\*\*/.test(read(path)));
    expect(bare).toEqual([]);
  });

  it('keeps every source file within 500 lines', () => {
    const long = sources.filter((path) => read(path).split('\n').length > 501);
    expect(long).toEqual([]);
  });

  it('leaves nothing for later', () => {
    const marker = new RegExp(`\\b(TO${''}DO|FIX${''}ME|X${''}XX)\\b`);
    const marked = texts.filter((path) => marker.test(read(path)));
    expect(marked).toEqual([]);
  });

  it('names no machine path and no package host', () => {
    const foreign = /\/work\/|\/root\/|https?:\/\/[^\s"']*(artifactory|nexus|verdaccio)/;
    const found = [...texts, 'package-lock.json'].filter(
      (path) => path !== 'test/tidy/house.test.ts' && foreign.test(read(path)),
    );
    expect(found).toEqual([]);
    expect(read('package-lock.json')).not.toContain('"resolved"');
  });

  it('has no rooms with a name that says nothing', () => {
    const vague = tracked.filter((path) => /(^|\/)(utils?|helpers?|common|managers?)(\/|\.ts$)/.test(path));
    expect(vague).toEqual([]);
  });

  it('throws every error code that it declares', () => {
    const thrown = sources
      .filter((path) => path !== 'src/base/errors.ts')
      .map(read)
      .join('\n');
    const unused = Object.keys(errorCodes).filter(
      (code) => !thrown.includes(`'${code}'`) && code !== 'base.invariant',
    );
    expect(unused).toEqual([]);
  });

  it('keeps a reason for every runtime dependency', () => {
    const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };
    const reasons = read('docs/adr/0001-runtime-dependencies.md');
    const unexplained = Object.keys(dependencies).filter((name) => !reasons.includes(`\`${name}\``));
    expect(unexplained).toEqual([]);
  });
});
