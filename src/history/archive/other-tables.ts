/** Reads the tables of a segment that hold no samples: archived views and exemplars. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { Labels } from '../../promql/labels.js';
import { readView, type ArchivedView } from './archived-view.js';
import type { ArchivedExemplar } from './exemplar.js';
import { EXEMPLARS_FILE, VIEWS_FILE } from './segment-tables.js';
import type { Segment } from './segment.js';
import { bufferOf, compressors } from './table-reader.js';

/** The archived views of a segment whose number is within the range. @throws when the table cannot be read */
export async function readViews(segment: Segment, from = 0, to = Infinity): Promise<ArchivedView[]> {
  const rows = await readRows(segment, VIEWS_FILE, ['view', 'document'], (group) => {
    const { min_value: least, max_value: greatest } = group.columns[1]?.meta_data?.statistics ?? {};
    return !(Number(least) > to || Number(greatest) < from);
  });
  return rows.flatMap(({ view, document }) => {
    const number = Number(view);
    return number < from || number > to ? [] : (readView(String(document)) ?? []);
  });
}

/** The exemplars of a segment. @throws when the table cannot be read */
export async function readExemplars(segment: Segment): Promise<ArchivedExemplar[]> {
  const rows = await readRows(
    segment,
    EXEMPLARS_FILE,
    ['labels', 'time_ms', 'value', 'trace_id', 'span_id'],
    () => true,
  );
  return rows.map((row) => ({
    labels: Labels.from(Object.entries(JSON.parse(String(row['labels'])) as Record<string, string>)),
    timeMs: Number(row['time_ms']),
    value: Number(row['value']),
    traceId: String(row['trace_id']),
    spanId: String(row['span_id']),
  }));
}

type Group = Awaited<ReturnType<typeof parquetMetadataAsync>>['row_groups'][number];

async function readRows(
  segment: Segment,
  name: string,
  columns: string[],
  holds: (group: Group) => boolean,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  if (!segment.has(name)) return [];
  const handle = await open(join(segment.folder, name), 'r');
  try {
    const { size } = await handle.stat();
    const file = bufferOf(handle, size);
    const metadata = await parquetMetadataAsync(file);
    const groups = metadata.row_groups.filter(holds);
    const rows = groups.reduce((sum, group) => sum + group.num_rows, 0n);
    const held = { ...metadata, row_groups: groups, num_rows: rows };
    return await parquetReadObjects({ file, metadata: held, columns, compressors });
  } finally {
    await handle.close();
  }
}
