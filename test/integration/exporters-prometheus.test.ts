/** A real Prometheus as the receiver of remote write says what the page says, staleness and order respected. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { byKey } from '../contract/exporters/samples.js';
import { eventually } from '../support/child.js';
import { instant, isInstalled, startPrometheusReceiver, type Database } from '../support/database.js';
import { samplesOf, startExporting } from './exporting.js';

describe.skipIf(!isInstalled('prometheus'))(
  'Prometheus as a receiver (skipped without the Debian package `prometheus`)',
  () => {
    let database: Database;
    beforeAll(async () => void (database = await startPrometheusReceiver()));
    afterAll(() => database?.stop());

    it('says what the page says, with the labels that were added', async () => {
      const { sidecar, page, stop } = await startExporting({
        one: {
          kind: 'remote_write',
          url: `${database.url}/api/v1/write`,
          interval: '1h',
          include: ['hotstuff_*'],
          external_labels: { job: 'quorumscope', instance: 'validator-7' },
        },
      });
      try {
        await sidecar.flush();
        const expected = (await page()).map((sample) => ({
          ...sample,
          labels: { ...sample.labels, job: 'quorumscope', instance: 'validator-7' },
        }));
        expect(expected.length).toBeGreaterThan(50);
        const found = await eventually(
          async () => {
            const samples = samplesOf(await instant(database.url, '{__name__=~"hotstuff_.*"}'));
            return samples.length >= expected.length ? samples : undefined;
          },
          15_000,
          'everything in Prometheus',
        );
        expect(byKey(found)).toEqual(byKey(expected));
      } finally {
        await stop();
      }
    });

    it('refuses what is sent to a wrong address; that is counted and not repeated', async () => {
      const { sidecar, stop } = await startExporting({
        one: { kind: 'remote_write', url: `${database.url}/api/v1/label/x`, interval: '1h' },
      });
      try {
        await sidecar.flush();
        const list = await (await fetch(`${sidecar.addresses.http}/api/quorumscope/v1/exporters`)).json();
        const [{ points }] = (list as { exporters: { points: Record<string, number> }[] }).exporters as [
          { points: Record<string, number> },
        ];
        expect(points).toMatchObject({ sent: 0, queued: 0, dropped: points['produced'] });
        expect(points['produced']).toBeGreaterThan(50);
      } finally {
        await stop();
      }
    });
  },
);
