/** Generated documents say what the code says; `npm run docs` writes them anew. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generatedDocs } from '../../scripts/docs/index.js';

describe('generated documents', () => {
  it.each(Object.keys(generatedDocs))('%s is fresh', (path) => {
    const written = readFileSync(join(import.meta.dirname, '../..', path), 'utf8');
    expect(written).toBe(generatedDocs[path]!());
  });
});
