/** A range as CSV: the columns and rows of snapshots, each series' rows together in order of time. */
import { numberText } from '../../metrics/number-text.js';
import type { RangeEncoder } from '../range.js';
import { csvExporter, csvHeader, isoTime, labelCell, textCell } from './csv-exporter.js';

/** A file with its header. */
export const csvRange: RangeEncoder = {
  format: 'csv',
  contentType: csvExporter.contentType,
  async *encode({ series }) {
    yield csvHeader;
    for await (const { series: one, blocks } of series) {
      const { metric, kind, unit, field, labels } = one;
      const before = `${textCell(metric)},${kind},${textCell(unit ?? '')},${field}`;
      const after = labelCell(
        labels.map(([name]) => name),
        labels.map(([, value]) => value),
      );
      for await (const { timesUs, values } of blocks) {
        let rows = '';
        for (let i = 0; i < values.length; i++)
          rows += `${isoTime(timesUs[i]!)},${before},${numberText(values[i]!)},${after}\r\n`;
        yield rows;
      }
    }
  },
};
