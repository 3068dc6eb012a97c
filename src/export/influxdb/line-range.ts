/** A range as line protocol, a line for each sample with its time in nanoseconds. NaN and infinities are left out: the format has none. */
import type { RangeEncoder } from '../range.js';
import { lineProtocolExporter, measurementOf, tagText, timestamp, escapeTag } from './line-protocol.js';

/** Lines for any write API of InfluxDB. */
export const lineProtocolRange: RangeEncoder = {
  format: 'influx',
  contentType: lineProtocolExporter.contentType,
  async *encode({ series }) {
    for await (const { series: one, blocks } of series) {
      const { measurement, field } = measurementOf(one.metric);
      const tags = one.labels.map(([name, value]) => tagText(escapeTag(name), value)).join('');
      const head = `${measurement}${tags} ${field}${one.name.slice(one.metric.length)}=`;
      for await (const { timesUs, values } of blocks) {
        let lines = '';
        for (let i = 0; i < values.length; i++) {
          const value = values[i]!;
          if (Number.isFinite(value)) lines += `${head}${value} ${timestamp(timesUs[i]!, 'ns')}\n`;
        }
        yield lines;
      }
    }
  },
};
