/** How much evidence is kept. */
import { section } from './section.js';
import { size, whole } from './setting.js';

export const evidence = section({
  name: 'evidence',
  doc: 'Findings with the statements that prove them. The oldest make room.',
  settings: {
    max_findings: whole({ min: 10, max: 1_000_000 }, { doc: 'Most findings.', fallback: 10_000 }),
    max_size: size(
      { min: '1MiB' },
      { doc: 'Most bytes of them in memory; on disk they take up to twice as much.', fallback: '32MiB' },
    ),
  },
  build: (values) => ({ maxRecords: values.max_findings, maxBytes: values.max_size }),
});
