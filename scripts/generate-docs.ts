/** Writes every generated document: `npm run docs`. A tidy test fails while one of them is stale. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatedDashboards, generatedDocs } from './docs/index.js';

// Dashboards first: other documents are made of them.
for (const [path, text] of Object.entries(await generatedDashboards())) {
  writeFileSync(join(import.meta.dirname, '..', path), text);
}
for (const [path, render] of Object.entries(generatedDocs)) {
  writeFileSync(join(import.meta.dirname, '..', path), render());
}
