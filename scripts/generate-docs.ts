/** Writes every generated document: `npm run docs`. A tidy test fails while one of them is stale. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatedDocs } from './docs/index.js';

for (const [path, render] of Object.entries(generatedDocs)) {
  writeFileSync(join(import.meta.dirname, '..', path), render());
}
