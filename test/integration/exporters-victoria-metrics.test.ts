/** VictoriaMetrics, by every way into it that we have: a metric has one name whichever way it came. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { byKey, type Sample } from '../contract/exporters/samples.js';
import { eventually } from '../support/child.js';
import { instant, isInstalled, startVictoriaMetrics, type Database } from '../support/database.js';
import { samplesOf, startExporting } from './exporting.js';

const common = { interval: '1h', include: ['hotstuff_*'] };

/** Line protocol has no lone backslash at the end of a tag. */
const asTag = ({ labels, ...sample }: Sample): Sample => ({
  ...sample,
  labels: Object.fromEntries(Object.entries(labels).map(([name, text]) => [name, text.replace(/\\$/, '/')])),
});

describe.skipIf(!isInstalled('victoria-metrics'))(
  'VictoriaMetrics (skipped without the Debian package `victoria-metrics`)',
  () => {
    let database: Database;
    beforeAll(async () => void (database = await startVictoriaMetrics()));
    afterAll(() => database?.stop());

    it.each([
      [
        'remote write',
        () => ({ kind: 'remote_write', url: `${database.url}/api/v1/write` }),
        (one: Sample) => one,
      ],
      ['InfluxDB v2', () => ({ kind: 'influxdb', url: database.url, org: 'o', bucket: 'b' }), asTag],
      ['InfluxDB v1', () => ({ kind: 'influxdb', url: database.url, version: 'v1', database: 'd' }), asTag],
    ])('by %s says what the page says', async (_way, settings, said) => {
      await fetch(`${database.url}/api/v1/admin/tsdb/delete_series?match[]={__name__!=""}`, {
        method: 'POST',
      });
      const { sidecar, page, stop } = await startExporting({ one: { ...common, ...settings() } });
      try {
        await sidecar.flush();
        const expected = (await page()).filter(({ value }) => Number.isFinite(value)).map(said);
        expect(expected.length).toBeGreaterThan(50);
        const found = await eventually(
          async () => {
            await fetch(`${database.url}/internal/force_flush`);
            const samples = samplesOf(await instant(database.url, '{__name__=~"hotstuff_.*"}'));
            return samples.length >= expected.length ? samples : undefined;
          },
          15_000,
          'everything in VictoriaMetrics',
        );
        // The v1 API's database is a label of its own there.
        const own = found.map(({ labels: { db: _db, ...labels }, ...sample }) => ({ ...sample, labels }));
        expect(byKey(own)).toEqual(byKey(expected));
      } finally {
        await stop();
      }
    });
  },
);
